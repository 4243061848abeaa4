"""The numbers of the system calls that the worker's filter speaks of, on the two processors we
know.

Each line is a call, its number on x86-64 and on aarch64; ``-`` where it does not exist. Held
against libseccomp's own table by ``tests/unit/ingest/sandbox/test_systemcalls.py``. What a filter
does with them is not known here.
"""

from __future__ import annotations

ARCHITECTURES = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}
"""By ``os.uname().machine``: the column below, and AUDIT_ARCH_* of linux/audit.h."""

ALLOWED = """
accept 43 202
accept4 288 242
access 21 -
alarm 37 -
arch_prctl 158 -
bind 49 200
brk 12 214
chdir 80 49
clock_getres 229 114
clock_gettime 228 113
clock_nanosleep 230 115
close 3 57
close_range 436 436
dup 32 23
dup2 33 -
dup3 292 24
eventfd2 290 19
execve 59 221
exit 60 93
exit_group 231 94
faccessat 269 48
faccessat2 439 439
fadvise64 221 223
fallocate 285 47
fchdir 81 50
fchmod 91 52
fchown 93 55
fcntl 72 25
fdatasync 75 83
flock 73 32
fork 57 -
fstat 5 80
fstatfs 138 44
fsync 74 82
ftruncate 77 46
futex 202 98
futex_waitv 449 449
getcwd 79 17
getdents 78 -
getdents64 217 61
getegid 108 177
geteuid 107 175
getgid 104 176
getpid 39 172
getppid 110 173
getrandom 318 278
getrlimit 97 163
getrusage 98 165
gettid 186 178
gettimeofday 96 169
getuid 102 174
landlock_restrict_self 446 446
listen 50 201
lseek 8 62
lstat 6 -
madvise 28 233
membarrier 324 283
memfd_create 319 279
mincore 27 232
mkdir 83 -
mkdirat 258 34
mmap 9 222
mprotect 10 226
mremap 25 216
munmap 11 215
nanosleep 35 101
newfstatat 262 79
open 2 -
openat 257 56
openat2 437 437
pipe 22 -
pipe2 293 59
poll 7 -
ppoll 271 73
pread64 17 67
preadv 295 69
pselect6 270 72
pwrite64 18 68
pwritev 296 70
read 0 63
readlink 89 -
readlinkat 267 78
readv 19 65
rename 82 -
renameat 264 38
renameat2 316 276
restart_syscall 219 128
rmdir 84 -
rseq 334 293
rt_sigaction 13 134
rt_sigprocmask 14 135
rt_sigreturn 15 139
rt_sigtimedwait 128 137
sched_getaffinity 204 123
sched_yield 24 124
select 23 -
set_robust_list 273 99
set_tid_address 218 96
setitimer 38 103
shutdown 48 210
sigaltstack 131 132
socketpair 53 199
stat 4 -
statfs 137 43
statx 332 291
sysinfo 99 179
time 201 -
times 100 153
umask 95 166
uname 63 160
unlink 87 -
unlinkat 263 35
vfork 58 -
wait4 61 260
waitid 247 95
write 1 64
writev 20 66
"""
"""What reading, unpacking and LibreOffice were seen to need (measured on all samples and kinds)."""

LOOKED_AT = """
clone 56 220
ioctl 16 29
kill 62 129
prctl 157 167
prlimit64 302 261
socket 41 198
tgkill 234 131
"""
"""Allowed by their arguments only."""

REFUSED = """
acct 163 89
add_key 248 217
bpf 321 280
capset 126 91
chmod 90 -
chown 92 -
chroot 161 51
connect 42 203
delete_module 176 106
execveat 322 281
fanotify_init 300 262
fanotify_mark 301 263
fchmodat 268 53
fchownat 260 54
finit_module 313 273
fsconfig 431 431
fsetxattr 190 7
fsmount 432 432
fsopen 430 430
fspick 433 433
futimesat 261 -
init_module 175 105
inotify_init 253 -
inotify_init1 294 26
io_setup 206 0
io_uring_enter 426 426
io_uring_register 427 427
io_uring_setup 425 425
kcmp 312 272
kexec_load 246 104
keyctl 250 219
landlock_add_rule 445 445
landlock_create_ruleset 444 444
lchown 94 -
link 86 -
linkat 265 37
lsetxattr 189 6
memfd_secret 447 447
mknod 133 -
mknodat 259 33
mount 165 40
mount_setattr 442 442
move_mount 429 429
mq_open 240 180
msgget 68 186
name_to_handle_at 303 264
open_by_handle_at 304 265
open_tree 428 428
perf_event_open 298 241
personality 135 92
pidfd_getfd 438 438
pidfd_open 434 434
pidfd_send_signal 424 424
pivot_root 155 41
process_madvise 440 440
process_vm_readv 310 270
process_vm_writev 311 271
ptrace 101 117
quotactl 179 60
reboot 169 142
recvfrom 45 207
recvmmsg 299 243
recvmsg 47 212
removexattr 197 14
request_key 249 218
rt_sigqueueinfo 129 138
rt_tgsigqueueinfo 297 240
sched_setattr 314 274
sched_setscheduler 144 119
seccomp 317 277
semget 64 190
sendmmsg 307 269
sendmsg 46 211
sendto 44 206
setgid 106 144
setgroups 116 159
sethostname 170 161
setns 308 268
setpgid 109 154
setpriority 141 140
setregid 114 143
setresgid 119 149
setresuid 117 147
setreuid 113 145
setsid 112 157
setuid 105 146
setxattr 188 5
shmat 30 196
shmget 29 194
swapoff 168 225
swapon 167 224
symlink 88 -
symlinkat 266 36
syslog 103 116
tkill 200 130
truncate 76 45
umount2 166 39
unshare 272 97
userfaultfd 323 282
utime 132 -
utimensat 280 88
utimes 235 -
"""
"""Refused by name with EPERM; to whatever stands nowhere here the answer is that the kernel has no
such call."""


def numbers(table: str, machine: str) -> dict[str, int]:
    """The calls of a table that exist on this machine.

    Raises:
        KeyError: a processor that is not in ``ARCHITECTURES``.
    """
    column = ARCHITECTURES[machine][0] + 1
    rows = (line.split() for line in table.strip().splitlines())
    return {row[0]: int(row[column]) for row in rows if row[column] != "-"}
