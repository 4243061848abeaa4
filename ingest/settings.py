"""``mailroom.toml`` and the environment as typed settings; secrets from their three places. Nothing
else is read here.

Every mistake becomes a :class:`ConfigError` that names file, line and the mend.
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Mapping
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    model_validator,
)

from ingest.errors import ConfigError
from ingest.secretplaces import ENV_PREFIX, SecretPlace, secret

LARGEST_MESSAGE = 100 * 1024**2
"""Bytes of a mail that are downloaded, unless configured otherwise."""
_UNITS_OF_TIME = {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86400}
_UNITS_OF_SIZE = {"B": 1, "KB": 1024, "MB": 1024**2, "GB": 1024**3}


def parse_duration(value: object) -> object:
    """``10m``, ``60s``, ``1h30m``, ``0s`` as a timedelta. Raises ValueError with an example for
    anything else.
    """
    if isinstance(value, str):
        pieces = re.findall(r"(\d+)(ms|s|m|h|d)", value.replace(" ", ""))
        if pieces and "".join(a + b for a, b in pieces) == value.replace(" ", ""):
            return timedelta(
                seconds=sum(int(number) * _UNITS_OF_TIME[unit] for number, unit in pieces),
            )
    if isinstance(value, timedelta):
        return value
    raise ValueError("时长写成 60s、10m、2h 这样的形式")


def parse_size(value: object) -> object:
    """``100MB`` in bytes (1 MB = 1024 x 1024). Raises ValueError with an example for
    anything else.
    """
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(
        value,
        str,
    ) and (match := re.fullmatch(r"(\d+)\s*(B|KB|MB|GB)", value.strip().upper())):
        return int(match[1]) * _UNITS_OF_SIZE[match[2]]
    raise ValueError("大小写成 100MB、512KB 这样的形式")


def parse_clock_time(value: object) -> object:
    """``17:30`` as a time of day, of the office's time zone. Raises ValueError with an example for
    anything else.
    """
    if (
        isinstance(value, str)
        and (match := re.fullmatch(r"(\d{1,2}):(\d{2})", value))
        and int(match[1]) < 24
        and int(match[2]) < 60
    ):
        return time(int(match[1]), int(match[2]))
    if isinstance(value, time):
        return value
    raise ValueError("时刻写成 17:30 这样的形式")


def parse_origin(value: object) -> object:
    """``https://desk.example.cn`` without a slash at the end, or nothing. Raises ValueError with an
    example for anything else.
    """
    if value == "" or (
        isinstance(value, str)
        and re.fullmatch(r"https?://[A-Za-z0-9.\-]+(:\d{1,5})?/?", value.strip())
    ):
        return str(value).strip().rstrip("/")
    raise ValueError("写成 https://desk.example.cn 这样的形式, 后面不带路径")


def parse_token_url(value: object) -> object:
    """``https://...``, plain ``http://`` only on this machine, or nothing. Raises ValueError with
    an example for anything else.
    """
    local = r"http://(127\.0\.0\.1|localhost|\[::1\])[:/]\S*"
    if value == "" or (
        isinstance(value, str) and re.fullmatch(rf"https://[^\s/]+\S*|{local}", value)
    ):
        return value
    raise ValueError("写成 https://login.example.cn/oauth2/token 这样的网址, 要用 https")


def parse_bucket(value: object) -> object:
    """``s3://bucket/prefix`` with a slash at its end, or nothing. Raises ValueError with an example
    for anything else.
    """
    bucket, part = r"[a-z0-9][a-z0-9.\-]{1,61}[a-z0-9]", r"[A-Za-z0-9._\-]+"
    if value == "" or (
        isinstance(value, str) and re.fullmatch(rf"s3://{bucket}(/{part})*/?", value.strip())
    ):
        return f"{str(value).strip().rstrip('/')}/" if value else ""
    raise ValueError("对象存储写成 s3://存储桶/前缀 这样的形式")


Duration = Annotated[timedelta, BeforeValidator(parse_duration)]
Size = Annotated[int, BeforeValidator(parse_size)]
ClockTime = Annotated[time, BeforeValidator(parse_clock_time)]
Origin = Annotated[str, BeforeValidator(parse_origin)]
TokenUrl = Annotated[str, BeforeValidator(parse_token_url)]
OptionalPath = Annotated[Path | None, BeforeValidator(lambda value: value or None)]
Bucket = Annotated[str, BeforeValidator(parse_bucket)]
Security = Literal["tls", "starttls", "none"]
Login = Literal["password", "oauth2"]


_SECRETS = (
    ("mailbox", "password"),
    ("smtp", "password"),
    ("oauth2", "client_secret"),
    ("store", "objects_secret"),
)


def _without(table: dict[str, Any], *keys: str) -> dict[str, Any]:
    return {key: value for key, value in table.items() if key not in keys}


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class MailboxSettings(_Section):
    """``[mailbox]``: where applications arrive (IMAP)."""

    host: str
    port: int = Field(default=993, ge=1, le=65535)
    security: Security = "tls"
    login: Login = "password"
    username: str
    password_file: Path | None = None
    password: SecretStr | None = None  # from the environment only
    ca_file: Path | None = None
    folder: str = "INBOX"
    also_watch: tuple[str, ...] = ()
    poll_every: Duration = timedelta(seconds=60)
    accept_since: datetime
    max_message_size: Size = LARGEST_MESSAGE
    idle: bool = True
    canary: bool = False


class SmtpSettings(_Section):
    """``[smtp]``: where letters leave."""

    host: str
    port: int = Field(default=465, ge=1, le=65535)
    security: Security = "tls"
    login: Login = "password"
    username: str = ""
    password_file: Path | None = None
    password: SecretStr | None = None
    ca_file: Path | None = None
    from_name: str = ""
    from_address: str = ""
    pace: Duration = timedelta(0)


class Oauth2Settings(_Section):
    """``[oauth2]``: where access tokens are got, for servers that want them."""

    token_url: TokenUrl = ""
    client_id: str = ""
    client_secret_file: OptionalPath = None
    client_secret: SecretStr | None = None  # from the environment only
    refresh_token_file: OptionalPath = None  #: written anew when the provider hands out another
    scope: str = ""
    ca_file: Path | None = None


class StoreSettings(_Section):
    """``[store]``: the database and the raw mails.

    Written ``files = "s3://..."`` with ``local = "folder"``, the mails are in ``objects``.
    """

    database: str = "sqlite:///mailroom.db"
    files: Path = Path("files")  #: on this machine: the key, what comes in, the mails
    objects: Bucket = ""  #: where the mails are instead
    objects_endpoint: Origin = ""
    objects_region: str = "us-east-1"
    objects_key_id: str = ""
    objects_secret_file: Path | None = None
    objects_secret: SecretStr | None = None  # from the environment only
    objects_ca_file: Path | None = None
    objects_style: Literal["path", "virtual"] = "path"
    cache: Path | None = None  #: see :func:`cache_folder`
    backup_within: Duration = timedelta(0)
    backup_recipients: tuple[str, ...] = ()  #: public keys of age
    timestamp_url: str = ""  #: of an RFC 3161 authority
    timestamp_ca: Path | None = None

    @property
    def is_shared(self) -> bool:
        """Whether several machines may work on it."""
        return self.database.startswith("postgresql")

    @model_validator(mode="before")
    @classmethod
    def _apart(cls, data: object) -> object:
        if not isinstance(data, dict):
            return data
        if str(data.get("files", "")).startswith("s3:"):
            moved = {"objects": parse_bucket(data["files"]), "files": data.get("local", "files")}
            return {**_without(data, "local", "files"), **moved}
        if "local" in data:
            raise ValueError("local 只在 files 是 s3:// 时写")
        return data

    def secret_of_objects(self) -> str:
        """The secret key of the object store. Raises ConfigError when there is none anywhere."""
        return SecretPlace("store", "objects_secret").read(
            self.objects_secret_file, self.objects_secret
        )


class OfficeSettings(_Section):
    """``[office]``: who reads the digest, and when."""

    timezone: str = "Asia/Shanghai"
    staff: tuple[str, ...] = ()
    administrators: tuple[str, ...] = ()
    digest_at: ClockTime = time(17, 30)
    trusted_authserv_ids: tuple[str, ...] = ()
    second_person_for_rejection: bool = False

    @property
    def zone(self) -> ZoneInfo:
        """The office's time zone, for rendering and for the digest's hour."""
        return ZoneInfo(self.timezone)


class LetterSettings(_Section):
    """``[letters]``: when and how much may be sent."""

    settle: Duration = timedelta(minutes=10)
    per_sender_per_day: int = Field(default=20, ge=1)
    per_case: int = Field(default=10, ge=1)
    global_per_hour: int = Field(default=300, ge=1)
    approve_first: int = Field(default=0, ge=0)
    hold_file: Path = Path("outbound.hold")
    receipt_qr: bool = False
    sign_receipts: bool = False

    def silenced(self) -> bool:
        """Whether staff have silenced all letters: the hold file is there."""
        return self.hold_file.exists()


class LimitSettings(_Section):
    """``[limits]``: what one mail may cost in the disposable worker."""

    memory: Size = 1536 * 1024**2
    time: Duration = timedelta(seconds=90)
    unpacked: Size = 500 * 1024**2
    entries: int = Field(default=500, ge=1)
    depth: int = Field(default=4, ge=1, le=20)
    readers: int = Field(default=0, ge=0, le=16)
    ocr: bool = True
    ocr_time: Duration = timedelta(seconds=120)
    require_confinement: bool = False  #: read nothing where a wall of the worker is missing


class DeskSettings(_Section):
    """``[desk]``: the staff's page in a browser (``mailroom desk``)."""

    address: str = "127.0.0.1"
    port: int = Field(default=8017, ge=1, le=65535)
    public_url: Origin = ""
    session: Duration = timedelta(hours=10)
    pictures: Path = Path("desk-pictures")

    @property
    def origin(self) -> str:
        """Where browsers find it, without a slash at the end: ``https://desk.example.cn``."""
        return self.public_url or f"http://{self.address}:{self.port}"


def _each_once(names: tuple[str, ...]) -> tuple[str, ...]:
    if twice := [name for number, name in enumerate(names) if name in names[:number]]:
        raise ValueError(f"“{twice[0]}”写了两次")
    return names


class CallSettings(_Section):
    """``[calls]``: which calls are served."""

    directory: Path = Path("calls")
    active: Annotated[tuple[str, ...], AfterValidator(_each_once)] = Field(min_length=1)


class Settings(_Section):
    """The whole of ``mailroom.toml``, paths made absolute against its folder."""

    mailbox: MailboxSettings
    smtp: SmtpSettings
    oauth2: Oauth2Settings = Oauth2Settings()
    store: StoreSettings = StoreSettings()
    office: OfficeSettings = OfficeSettings()
    letters: LetterSettings = LetterSettings()
    limits: LimitSettings = LimitSettings()
    desk: DeskSettings = DeskSettings()
    calls: CallSettings

    @property
    def uses_oauth2(self) -> bool:
        """Whether a server is logged into with tokens."""
        return "oauth2" in (self.mailbox.login, self.smtp.login)

    def client_secret(self) -> str:
        """What proves the program to the token service; "" where none is set. Raises
        ConfigError.
        """
        given = self.oauth2
        if given.client_secret_file is None and given.client_secret is None:
            return ""
        return secret("oauth2", given.client_secret_file, given.client_secret, "client_secret")

    def mailbox_password(self) -> str:
        """The IMAP password. Raises ConfigError when there is none anywhere."""
        return secret("mailbox", self.mailbox.password_file, self.mailbox.password)

    def smtp_password(self) -> str:
        """The SMTP password; "" when no user name is configured (a relay that asks for none)."""
        return (
            secret(
                "smtp",
                self.smtp.password_file,
                self.smtp.password,
            )
            if self.smtp.username
            else ""
        )


def load_settings(path: Path, environment: Mapping[str, str] | None = None) -> Settings:
    """Read ``mailroom.toml`` with the environment laid over it (``MAILROOM_SECTION__KEY``).

    Raises:
        ConfigError: with file, line and the mend.
    """
    try:
        source = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError as error:
        raise ConfigError(
            f"没有配置文件 {path}", "用 --config 指定,或设环境变量 MAILROOM_CONFIG"
        ) from error
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"读不了配置文件 {path}: {error}", "文件要用 UTF-8 编码") from error
    try:
        table = tomllib.loads(source)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(
            _toml_message(path, source, str(error)), "检查引号、等号和方括号;文字要用半角双引号"
        ) from error
    for section, key in _SECRETS:
        if isinstance(table.get(section), dict) and key in table[section]:
            line = line_of(source, (section, key))
            raise ConfigError(
                f"{path}:{line}: 密码不能写在配置文件里", f"改用 {key}_file 或环境变量"
            )
    variables = _overlay(table, os.environ if environment is None else environment)
    try:
        settings = Settings.model_validate(table)
    except ValidationError as error:
        raise ConfigError(_validation_message(path, source, error, variables)) from error
    return _resolve(settings, path.resolve().parent, path, source)


def _overlay(table: dict[str, Any], environment: Mapping[str, str]) -> dict[tuple[str, str], str]:
    """Lay the environment over ``table``; the variables that were used, by section and key."""
    used = {}
    for name, value in environment.items():
        section, separator, key = name.removeprefix(ENV_PREFIX).lower().partition("__")
        if name.startswith(ENV_PREFIX) and separator and section in Settings.model_fields:
            fields = Settings.model_fields[section].annotation
            is_list = "tuple" in str(getattr(fields, "model_fields", {}).get(key, ""))
            # else the validation says what is wrong
            if isinstance(table.setdefault(section, {}), dict):
                table[section][key] = (
                    [
                        piece.strip()
                        for piece in value.split(
                            ",",
                        )
                    ]
                    if is_list
                    else value
                )
                used[section, key] = name
    return used


def _toml_message(path: Path, source: str, text: str) -> str:
    match = re.search(r"at line (\d+), column (\d+)", text)
    place = f":{match[1]}:{match[2]}" if match else f":{len(source.splitlines())}"
    return f"{path}{place}: TOML 写法有误: {re.sub(r' *[(]at .*', '', text)}"


def line_of(source: str, location: tuple[str | int, ...]) -> int:
    """The line of ``[section] key``, else of the section, else 1."""
    section = str(location[0])
    key = str(location[1]) if len(location) > 1 else None
    inside, best = False, 1
    for number, line in enumerate(source.splitlines(), 1):
        if match := re.match(r"\s*\[([^\]]+)\]", line):
            inside = match[1].strip() == section
            best = number if inside else best
        elif inside and key and re.match(rf"\s*{re.escape(key)}\s*=", line):
            return number
    return best


_MESSAGES = {
    "missing": ("缺少这一项", "参照 config/mailroom.toml 的注释补上"),
    "extra_forbidden": ("不认识这一项", "检查拼写;可用的项见 config/mailroom.toml"),
    "literal_error": (
        "不是允许的值",
        'security 只能是 "tls"、"starttls" 或 "none", login 只能是 "password" 或 "oauth2"',
    ),
    "int_parsing": ("应是整数", ""),
    "int_type": ("应是整数", ""),
    "string_type": ("应是文字(加半角双引号)", ""),
    "tuple_type": ("应是列表", '写成 ["a", "b"]'),
    "model_type": ("应是一节配置", "写成 [节名] 下的若干行"),
    "datetime_parsing": ("应是带时区的时间", "例如 2024-08-08T00:00:00+08:00"),
    "datetime_from_date_parsing": ("应是带时区的时间", "例如 2024-08-08T00:00:00+08:00"),
    "too_short": ("至少要有一个", ""),
}


def _validation_message(
    path: Path, source: str, error: ValidationError, variables: Mapping[tuple[str, str], str]
) -> str:
    rows = []
    for item in error.errors():
        location = item["loc"]
        name = ".".join(str(piece) for piece in location if not isinstance(piece, int))
        message, hint = _MESSAGES.get(
            item["type"],
            (str(item.get("ctx", {}).get("error", item["msg"])), ""),
        )
        variable = (
            variables.get(
                (str(location[0]), str(location[1])),
            )
            if len(location) > 1
            else None
        )
        place = f"环境变量 {variable}" if variable else f"{path}:{line_of(source, location)}"
        rows.append(f"{place}: {name}: {message}" + (f" (提示: {hint})" if hint else ""))
    return "\n".join(rows)


def _require_oauth2(given: Oauth2Settings, path: Path, source: str) -> None:
    for key in ("token_url", "client_id", "refresh_token_file"):
        if not getattr(given, key):
            raise ConfigError(
                f'{path}:{line_of(source, ("oauth2", key))}: oauth2.{key}: login = "oauth2" 要填这一项',
                "做法见 docs/howto/OAuth2登录.md",
            )


def _resolve(settings: Settings, folder: Path, path: Path, source: str) -> Settings:
    def absolute(file: Path | None) -> Path | None:
        return None if file is None else folder / file.expanduser()

    if settings.mailbox.accept_since.tzinfo is None:
        line = line_of(source, ("mailbox", "accept_since"))
        raise ConfigError(
            f"{path}:{line}: mailbox.accept_since: 要带时区", "例如 2024-08-08T00:00:00+08:00"
        )
    if settings.uses_oauth2:
        _require_oauth2(settings.oauth2, path, source)
    try:
        _ = settings.office.zone
    # OSError: a region such as Asia is a directory
    except (KeyError, ValueError, OSError) as error:
        raise ConfigError(
            f"{path}:{line_of(source, ('office', 'timezone'))}: office.timezone: 没有这个时区",
            "例如 Asia/Shanghai",
        ) from error
    database = settings.store.database
    if match := re.fullmatch(r"sqlite:///(?!/)(?!:memory:)(.+)", database):
        database = f"sqlite:///{folder / match[1]}"
    return settings.model_copy(
        update={
            "mailbox": settings.mailbox.model_copy(
                update={
                    name: absolute(getattr(settings.mailbox, name))
                    for name in (
                        "password_file",
                        "ca_file",
                    )
                }
            ),
            "smtp": settings.smtp.model_copy(
                update={
                    name: absolute(getattr(settings.smtp, name))
                    for name in (
                        "password_file",
                        "ca_file",
                    )
                }
            ),
            "oauth2": settings.oauth2.model_copy(
                update={
                    name: absolute(getattr(settings.oauth2, name))
                    for name in ("client_secret_file", "refresh_token_file", "ca_file")
                }
            ),
            "store": settings.store.model_copy(
                update={
                    "database": database,
                    "files": absolute(settings.store.files),
                    "cache": absolute(settings.store.cache),
                    "timestamp_ca": absolute(settings.store.timestamp_ca),
                    "objects_secret_file": absolute(settings.store.objects_secret_file),
                    "objects_ca_file": absolute(settings.store.objects_ca_file),
                },
            ),
            "letters": settings.letters.model_copy(
                update={"hold_file": absolute(settings.letters.hold_file)},
            ),
            "desk": settings.desk.model_copy(
                update={"pictures": absolute(settings.desk.pictures)},
            ),
            "calls": settings.calls.model_copy(
                update={"directory": absolute(settings.calls.directory)},
            ),
        }
    )


def cache_folder(settings: Settings | None) -> Path | None:
    """Where what was read is kept so that it is not read twice: as configured in file or
    environment, else beside the files; None where there is no office.

    The daemon and the commands beside it (``purge`` empties it) must come to the same answer, so
    it is no place that only a unit knows of.
    """
    if settings is not None and settings.store.cache is not None:
        return settings.store.cache
    if given := os.environ.get(f"{ENV_PREFIX}STORE__CACHE"):
        return Path(given).absolute()
    return settings.store.files.parent / "cache" if settings is not None else None
