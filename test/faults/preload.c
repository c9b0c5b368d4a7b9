// Makes file calls of a process fail as planned. Preloaded (LD_PRELOAD) into Node.js, it stands
// between the add-on and the C library. Compiled by preload.ts, which also writes the plan.
//
// 1. Only files below LEDGERSTONE_FAULT_DIRECTORY are looked at; everything else passes.
// 2. The plan is the file LEDGERSTONE_FAULT_PLAN, mapped and shared with the test, which writes it
//    and reads what happened, whoever dies. With `trace` each call becomes a line of PLAN.trace.
// 3. The kind of a file is the ending of its name without .tmp, or its whole name where it has no
//    ending: wal, sst, CURRENT. A directory's kind is "directory".
// 4. Any thread may call. One plan at a time; it changes only while the process is at rest.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#define REAL(name)                                                              \
  ({                                                                            \
    static __typeof__(&name) found;                                             \
    if (found == NULL) found = (__typeof__(&name))dlsym(RTLD_NEXT, #name);      \
    found;                                                                      \
  })

enum Action { kNothing = 0, kFail = 1, kHalve = 2 };

// The same layout is in preload.ts.
struct Plan {
  uint32_t action;
  uint32_t skip;   // so many calls of this sort are left alone
  uint32_t after;  // so many more are hit after the first one
  int32_t error;   // errno; a halved call is followed by failures, where this is not 0
  uint32_t trace;
  uint32_t seen;
  uint32_t fired;
  uint32_t unused;
  char call[16];
  char kind[16];
};

static struct Plan* plan;
static char directory[PATH_MAX];
static char trace_path[PATH_MAX];

__attribute__((constructor)) static void Begin(void) {
  const char* path = getenv("LEDGERSTONE_FAULT_PLAN");
  const char* below = getenv("LEDGERSTONE_FAULT_DIRECTORY");
  if (path == NULL || below == NULL) return;
  snprintf(directory, sizeof directory, "%s/", below);
  snprintf(trace_path, sizeof trace_path, "%s.trace", path);
  const int fd = REAL(open)(path, O_RDWR | O_CLOEXEC);
  if (fd < 0) return;
  void* mapped = mmap(NULL, sizeof(struct Plan), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  close(fd);
  if (mapped != MAP_FAILED) plan = mapped;
}

static void KindOf(const char* path, char kind[16]) {
  const char* slash = strrchr(path, '/');
  char name[NAME_MAX + 1];
  snprintf(name, sizeof name, "%s", slash == NULL ? path : slash + 1);
  const size_t length = strlen(name);
  if (length > 4 && strcmp(name + length - 4, ".tmp") == 0) name[length - 4] = '\0';
  const char* dot = strrchr(name, '.');
  snprintf(kind, 16, "%.15s", dot == NULL ? name : dot + 1);
}

static void Trace(const char* call, const char* kind) {
  char line[64];
  const int size = snprintf(line, sizeof line, "%s %s\n", call, kind);
  const int fd = REAL(open)(trace_path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  if (fd < 0 || REAL(write)(fd, line, (size_t)size) != size) abort();
  close(fd);
}

static enum Action Decide(const char* call, const char* kind) {
  if (plan->trace) Trace(call, kind);
  if (plan->action == kNothing) return kNothing;
  if (strcmp(call, plan->call) != 0 || strcmp(kind, plan->kind) != 0) return kNothing;
  const uint32_t at = __atomic_fetch_add(&plan->seen, 1, __ATOMIC_SEQ_CST);
  if (at < plan->skip || at - plan->skip > plan->after) return kNothing;
  __atomic_fetch_add(&plan->fired, 1, __ATOMIC_SEQ_CST);
  if (plan->action == kHalve && (at == plan->skip || plan->error == 0)) return kHalve;
  errno = plan->error;
  return kFail;
}

static enum Action OfPath(const char* call, const char* path, int is_directory) {
  if (plan == NULL || strncmp(path, directory, strlen(directory)) != 0) return kNothing;
  char kind[16] = "directory";
  if (!is_directory) KindOf(path, kind);
  return Decide(call, kind);
}

static enum Action OfFile(const char* call, int fd) {
  if (plan == NULL) return kNothing;
  const int before = errno;
  char link[32];
  char path[PATH_MAX];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  const ssize_t length = readlink(link, path, sizeof path - 1);
  struct stat info;
  const int known = length > 0 && fstat(fd, &info) == 0;
  errno = before;
  if (!known) return kNothing;
  path[length] = '\0';
  return OfPath(call, path, S_ISDIR(info.st_mode));
}

static size_t HalfOf(size_t size) { return size < 2 ? size : size / 2; }

// The first half of the bytes that `vector` names.
static int HalveVector(const struct iovec* vector, int count, struct iovec* half) {
  size_t left = 0;
  for (int i = 0; i < count; ++i) left += vector[i].iov_len;
  left = HalfOf(left);
  int used = 0;
  for (; used < count && left > 0; ++used) {
    half[used] = vector[used];
    if (half[used].iov_len > left) half[used].iov_len = left;
    left -= half[used].iov_len;
  }
  return used;
}

#define OPEN(name)                                                              \
  int name(const char* path, int flags, ...) {                                  \
    va_list rest;                                                               \
    va_start(rest, flags);                                                      \
    const mode_t mode = (flags & O_CREAT) != 0 ? va_arg(rest, mode_t) : 0;      \
    va_end(rest);                                                               \
    const char* call = (flags & O_CREAT) != 0 ? "create" : "open";              \
    if (OfPath(call, path, (flags & O_DIRECTORY) != 0) != kNothing) return -1;  \
    return REAL(name)(path, flags, mode);                                       \
  }
OPEN(open)
OPEN(open64)

ssize_t write(int fd, const void* data, size_t size) {
  const enum Action action = OfFile("write", fd);
  if (action == kFail) return -1;
  return REAL(write)(fd, data, action == kHalve ? HalfOf(size) : size);
}

#define AT_OFFSET(name, call, data_type, offset_type)                           \
  ssize_t name(int fd, data_type data, size_t size, offset_type offset) {       \
    const enum Action action = OfFile(call, fd);                                \
    if (action == kFail) return -1;                                             \
    return REAL(name)(fd, data, action == kHalve ? HalfOf(size) : size, offset); \
  }
AT_OFFSET(pwrite, "pwrite", const void*, off_t)
AT_OFFSET(pwrite64, "pwrite", const void*, off64_t)
AT_OFFSET(pread, "read", void*, off_t)
AT_OFFSET(pread64, "read", void*, off64_t)

ssize_t writev(int fd, const struct iovec* vector, int count) {
  const enum Action action = OfFile("write", fd);
  if (action == kFail) return -1;
  if (action == kNothing || count > IOV_MAX) return REAL(writev)(fd, vector, count);
  struct iovec half[IOV_MAX];
  return REAL(writev)(fd, half, HalveVector(vector, count, half));
}

#define VECTOR_AT_OFFSET(name, offset_type)                                     \
  ssize_t name(int fd, const struct iovec* vector, int count, offset_type offset) { \
    const enum Action action = OfFile("pwrite", fd);                            \
    if (action == kFail) return -1;                                             \
    if (action == kNothing || count > IOV_MAX)                                  \
      return REAL(name)(fd, vector, count, offset);                             \
    struct iovec half[IOV_MAX];                                                 \
    return REAL(name)(fd, half, HalveVector(vector, count, half), offset);      \
  }
VECTOR_AT_OFFSET(pwritev, off_t)
VECTOR_AT_OFFSET(pwritev64, off64_t)

int fsync(int fd) { return OfFile("fsync", fd) != kNothing ? -1 : REAL(fsync)(fd); }
int fdatasync(int fd) { return OfFile("fdatasync", fd) != kNothing ? -1 : REAL(fdatasync)(fd); }

#define TRUNCATE(name, offset_type)                                             \
  int name(int fd, offset_type size) {                                          \
    return OfFile("truncate", fd) != kNothing ? -1 : REAL(name)(fd, size);      \
  }
TRUNCATE(ftruncate, off_t)
TRUNCATE(ftruncate64, off64_t)

#define ALLOCATE(name, offset_type)                                             \
  int name(int fd, int mode, offset_type from, offset_type size) {              \
    if (OfFile("allocate", fd) != kNothing) return -1;                          \
    return REAL(name)(fd, mode, from, size);                                    \
  }
ALLOCATE(fallocate, off_t)
ALLOCATE(fallocate64, off64_t)

// This one gives the error itself.
#define POSIX_ALLOCATE(name, offset_type)                                       \
  int name(int fd, offset_type from, offset_type size) {                        \
    return OfFile("allocate", fd) != kNothing ? errno : REAL(name)(fd, from, size); \
  }
POSIX_ALLOCATE(posix_fallocate, off_t)
POSIX_ALLOCATE(posix_fallocate64, off64_t)

int rename(const char* from, const char* to) {
  return OfPath("rename", to, 0) != kNothing ? -1 : REAL(rename)(from, to);
}

int renameat(int from_fd, const char* from, int to_fd, const char* to) {
  return OfPath("rename", to, 0) != kNothing ? -1 : REAL(renameat)(from_fd, from, to_fd, to);
}

int unlink(const char* path) {
  return OfPath("unlink", path, 0) != kNothing ? -1 : REAL(unlink)(path);
}
