# What can be done with this tree. `make demo` and `make test` need nothing but Debian 12 with python3 and make.
#
#   make PYTHON=/usr/bin/python3.12 VENV=.venv312 test     another Python
#   make ARGS="-k seal" test-fast                          some of the tests
#   make WORKERS=0 ARGS="-x --pdb" test                    the tests one after another, in one process

# Debian's own where it can be used: it is built with all optimisations, and a python3 that somebody built without
# them and put first in PATH takes a quarter longer for everything (docs/testing.md).
ifeq ($(origin PYTHON),undefined)
PYTHON := $(shell /usr/bin/python3 -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' \
	2>/dev/null && echo /usr/bin/python3 || echo python3)
endif
VENV ?= .venv
BIN := $(VENV)/bin
export PYTHON VENV
# A worker for each core and one more, for some wait; tests marked with one xdist_group stay together (docs/testing.md).
WORKERS ?= $(shell expr $$(nproc) + 1)
# Hundreds of programs are started: what one of them compiled the next ones load, whatever the shell says.
PYTEST = PYTHONDONTWRITEBYTECODE= $(BIN)/python -m pytest -n $(WORKERS) --dist loadgroup

.DEFAULT_GOAL := help
.PHONY: bench-workers bench-evening bench-ledger bench-main-job manual help demo test setup lint types imports format test-fast coverage torture torture-machines simulate bench bench-pull samples lock wheel deb install upgrade uninstall clean bench-documents extraction-report parts-report corpus bench-rules fuzz-rules mutation schema-in-editor rules-slips cases pairs-report seal-report ring-report bench-seals dead-code found test-packages migration findings desk-pictures sbom audit

help:  ## 列出可用的命令
	@awk -F':.*## ' '/^[a-z-]+:.*## /{printf "  make %-18s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: setup  ## 在内置邮箱上跑完整流程,结果写入 demo-output/
	$(BIN)/mailroom demo --dir demo-output

# Debian packages unpack beside what needs none of them.
test:  ## 代码检查、类型检查、依赖方向、无用代码检查和全部测试
	@$(MAKE) --no-print-directory test-packages & installing=$$!; \
	$(MAKE) --no-print-directory setup && \
	$(MAKE) --no-print-directory -j$$(nproc) --output-sync=target types lint imports dead-code found; \
	well=$$?; wait $$installing; exit $$well
	$(PYTEST) $(ARGS)

test-packages:
	@sh scripts/debian-packages.sh 测试 $$(sed 's/#.*//' tests/debian-packages.txt) \
		|| echo "继续执行;需要这些软件包的测试将跳过。"

# Beside the types, which one core is busy with; the workers then find the tests compiled.
found: setup
	@PYTHONDONTWRITEBYTECODE= $(BIN)/python -m pytest --collect-only -qq >$(VENV)/found.log 2>&1 || { cat $(VENV)/found.log; exit 1; }

setup:  ## 建立虚拟环境,按锁定文件安装依赖
	@sh scripts/setup.sh

lint: setup  ## ruff
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: setup  ## mypy --strict
	$(BIN)/mypy

imports: setup  ## 依赖方向 ingest -> notifier -> rules
	$(BIN)/lint-imports --no-logo

dead-code: setup  ## 程序里没有用到的代码(测试里用到的不算)
	$(BIN)/vulture

format: setup  ## 按约定排版代码
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

manual: setup  ## 由命令行生成命令参考、man 手册页、补全脚本
	$(BIN)/python scripts/manual.py

test-fast: setup  ## 只跑单元测试
	$(PYTEST) -q tests/unit $(ARGS)

coverage: setup  ## 全部测试并统计分支覆盖率
	$(PYTEST) --cov --cov-report=term $(ARGS)

torture: setup  ## 在每个关键步骤反复 kill -9,检查不丢信、不重复答复(约二十分钟)
	$(BIN)/python -m tests.torture $(ARGS)
	MODEL_RUNS=100 $(BIN)/python -m pytest -q -o timeout=1800 tests/integration/test_model_of_the_house.py

bench: setup  ## 一页纸的性能数字;BASE=提交号 与那个版本并排,ARGS=--write 写进 docs/performance.md
	$(BIN)/python -c 'from bench.figures import main; main()' $(if $(BASE),--base $(BASE)) $(ARGS)

simulate: setup  ## 算一算: 一周二十万封来件要多少 worker,哪一环先满;ARGS="--mails 50000 --workers 4 8 --pace 1"
	$(BIN)/python -m bench.scale $(ARGS)

torture-machines: setup  ## 多台机器: 两个 receiver、三个 worker 和 PostgreSQL 随机 kill -9,检查不丢信、不重复答复(一到两小时)
	$(BIN)/python -m tests.torture.several $(ARGS)

bench-ledger: setup  ## PostgreSQL 台账一万、十万、一百万行时,入队、领取、巡查、看邮箱、status 各要多少
	$(BIN)/python -m bench.ledger $(ARGS)

bench-workers: setup  ## 一、二、四个 worker 每秒读几封(在空闲的机器上量);ARGS="--light 200" 用小邮件
	$(BIN)/python -m bench.workers $(ARGS)

bench-evening: setup  ## 最后一晚:全部样例从邮箱到答复要多久,四十封恶意来件后面的提问要等多久
	$(BIN)/python -m bench.evening $(ARGS)

bench-print: setup  ## 扫描件上的字: 读出多少个值、一页要多少时间,与 tesseract 相比(要装 tesseract-ocr-chi-sim)
	$(BIN)/python -m bench.print $(ARGS)

bench-main-job: setup  ## 完整流程的吞吐量与峰值内存
	$(BIN)/python -c 'from bench.main_job import main; main()' $(ARGS)

bench-documents: setup  ## 读文档、认文件类型、工作进程各要多少时间
	$(BIN)/python -c 'from bench.documents import main; main()'

extraction-report: setup  ## 各种版式的填好的表读得对不对: 对、错、读不出各多少
	$(BIN)/python -m tests.extraction.report

parts-report: setup  ## 各种附件和文件名认得对不对
	$(BIN)/python -m tests.parts.report

rules-slips: setup  ## 各种改错能不能发现、指得准不准、改法对不对,写入 docs/rules/tested.md
	$(BIN)/python -m tests.slips.report --write docs/rules/tested.md $(ARGS)

cases: setup  ## 少见而正确的来件读得对不对: CASES=目录 换成目录里的文件(README.md 里的表说明何为正确)
	$(BIN)/python -m tests.cases.report $(CASES) $(ARGS)

pairs-report: setup  ## Word 版与扫描件是不是同一份,认得对不对: ARGS="--pairs 60 --seed 7"
	$(BIN)/python -m tests.pairs.report $(ARGS)

seal-report: setup  ## 在生成的扫描页上看印章认得对不对: ARGS="--pages 1000 --seed 1 --write docs/seals.md"
	$(BIN)/python -m tests.seals.report $(ARGS)

ring-report: setup  ## 各种印章的印文读得出、认得对不对: ARGS="--pages 360 --seed 1 --write docs/seals.md"
	$(BIN)/python -m tests.seals.rings_report $(ARGS)

bench-seals: setup  ## 判断一页有没有盖章要多少时间和内存,与只把图像解码相比
	$(BIN)/python -m bench.seals

desk-pictures: setup  ## 办件台的截图,重拍到 docs/pictures/(需要 Debian 的 chromium、chromium-driver)
	$(BIN)/python -m tests.desk.pictures

CORPUS ?= samples/mails
corpus: setup  ## 把一个目录里的文件逐个读一遍: CORPUS=目录,缺省为样例邮件
	$(BIN)/python -m tests.corpus.report $(CORPUS) $(ARGS)

bench-pull: setup  ## 收信的速度与内存,与 mbsync 相比
	$(BIN)/python -c 'from bench.pull import main; main()' $(ARGS)

bench-rules: setup  ## 审查规则的速度与内存,与 zen-engine 相比
	$(BIN)/python -c 'from bench.rules import main; main()' $(ARGS)

fuzz-rules: setup  ## 引擎与解释器对照: 十万个随机规则文件(一个核约一小时);FUZZ=条数 SEED=起点
	MAILROOM_FUZZ_RULEBOOKS=$(or $(FUZZ),100000) MAILROOM_FUZZ_SEED=$(or $(SEED),1) $(PYTEST) -q -m fuzz tests/endurance

MUTATION ?= .venv-mutation
mutation: setup  ## 变异测试: 改动 rules/ 的代码,看测试能不能发现(另建 .venv-mutation,需联网,约一小时);ARGS="'rules.logic.*'" 只试一部分
	VENV=$(MUTATION) sh scripts/setup.sh
	$(MUTATION)/bin/python -m pip install --quiet 'mutmut>=3.8,<4'
	MAILROOM_FUZZ_RULEBOOKS=8 $(MUTATION)/bin/mutmut run --max-children 1 $(ARGS)
	$(MUTATION)/bin/python -m tests.mutation.report

EDITOR_NPM ?= .npm-editor
schema-in-editor: setup  ## 规则文件的 Schema 在 yaml-language-server 里补全、报错(用 npm 装到 .npm-editor,需联网)
	npm install --silent --no-fund --no-audit --prefix $(EDITOR_NPM) yaml-language-server@1.25.0
	MAILROOM_YAML_LANGUAGE_SERVER=$(EDITOR_NPM)/node_modules/.bin/yaml-language-server $(BIN)/python -m pytest -q tests/contract/test_yaml_language_server.py

findings:  ## 外部程序的实际行为与猜测不同之处,逐个重做一遍(用 pip 联网安装;不属于测试,CI 不运行)
	@failed=; for each in findings/*-*.sh; do echo "== $$each"; sh $$each || failed="$$failed $$each"; done; \
		[ -z "$$failed" ] || { echo "与当时所见不同:$$failed"; exit 1; }

samples: setup  ## 重新生成 samples/mails 中的样例邮件
	$(BIN)/python samples/make_samples.py

COMPILE := uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	--custom-compile-command "make lock" $(ARGS)
migration: setup  ## 起草一步数据库升级: NAME="cases can be closed"
	$(BIN)/python scripts/new_migration.py $(NAME)

lock:  ## 重新锁定依赖版本(需要 uv)
	$(COMPILE) pyproject.toml --all-extras --group dev -o requirements.lock
	$(COMPILE) pyproject.toml --all-extras -c requirements.lock -o requirements-run.lock
	$(COMPILE) --group build -c requirements.lock -o requirements-build.lock
	$(COMPILE) --group audit -o requirements-audit.lock

wheel: setup  ## 打包到 dist/
	$(BIN)/python -m hatchling build -t wheel

deb: PYTHON = /usr/bin/python3
deb:  ## 打成 Debian 软件包 dist/mailroom_*.deb(用 Debian 自己的 python3)
	@sh scripts/deb.sh

install:  ## 安装为系统服务(root):/opt/mailroom、/etc/mailroom、systemd 单元;PREFIX=、ETC= 换地方
	@sh scripts/install.sh

upgrade:  ## 把已安装的升级到这一版(root):停服务、换程序、备份并升级数据库、再启动
	@sh scripts/upgrade.sh

uninstall:  ## 卸载(root),配置和数据保留;PURGE=yes 一并删除
	@sh scripts/uninstall.sh

clean:  ## 删除虚拟环境与缓存
	rm -rf $(VENV) $(AUDIT) $(MUTATION) $(EDITOR_NPM) mutants dist demo-output htmlcov .coverage .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

AUDIT ?= .venv-audit
$(AUDIT)/ready: requirements-audit.lock
	@$(PYTHON) -m venv $(AUDIT)
	@$(AUDIT)/bin/python -m pip install -qq --disable-pip-version-check --require-hashes --no-deps -r $<
	@touch $@

sbom: $(AUDIT)/ready  ## 安装里有哪些包: 版本和校验值,打印 CycloneDX(工具装在 .venv-audit,首次需联网)
	@$(AUDIT)/bin/cyclonedx-py requirements --pyproject pyproject.toml --mc-type application --output-reproducible requirements-run.lock 2>/dev/null

audit: $(AUDIT)/ready  ## 所装的包有没有已公布的漏洞(需联网问 PyPI);ARGS="--vulnerability-service osv" 问 OSV
	@$(AUDIT)/bin/python scripts/audit.py $(AUDIT)/bin/pip-audit $(ARGS)
