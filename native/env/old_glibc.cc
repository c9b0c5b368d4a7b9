// Lets the packed add-on of linux-x64 load with a glibc older than the one it was linked with.
// Linked into that binary alone ("prebuilt" in native/sources.json), which wraps (--wrap) each
// symbol named here.
//
// 1. OLD(symbol, version) goes to the version of the symbol that glibc has had from the beginning;
//    since it is the same code by another name, calls are forwarded as they are.
// 2. What older ones do not have at all is made of what they have.
// 3. CMake reads the names from this file, and scripts/prebuild.mjs fails when a symbol that is too
//    new for the floor is still needed.
#include <dlfcn.h>
#include <pthread.h>
#include <sys/stat.h>

#include <cerrno>
#include <ctime>

#define OLD(symbol, version)                                                                       \
  __asm__(".symver old_" #symbol ", " #symbol "@" version                                          \
          "\n"                                                                                     \
          ".pushsection .text\n.globl __wrap_" #symbol "\n.hidden __wrap_" #symbol                 \
          "\n.type __wrap_" #symbol ", @function\n__wrap_" #symbol ":\nendbr64\njmp *old_" #symbol \
          "@GOTPCREL(%rip)\n.size __wrap_" #symbol ", .-__wrap_" #symbol "\n.popsection");

OLD(pthread_create, "GLIBC_2.2.5")
OLD(pthread_detach, "GLIBC_2.2.5")
OLD(pthread_getspecific, "GLIBC_2.2.5")
OLD(pthread_join, "GLIBC_2.2.5")
OLD(pthread_key_create, "GLIBC_2.2.5")
OLD(__pthread_key_create, "GLIBC_2.2.5")
OLD(pthread_key_delete, "GLIBC_2.2.5")
OLD(pthread_once, "GLIBC_2.2.5")
OLD(pthread_setname_np, "GLIBC_2.12")
OLD(pthread_setspecific, "GLIBC_2.2.5")
OLD(pthread_sigmask, "GLIBC_2.2.5")

#define MADE [[gnu::visibility("hidden")]]

extern "C" {

// What libstdc++ asks before it spares itself an atomic step: never alone, in a process of Node's.
MADE char __libc_single_threaded = 0;

__asm__(".symver old_xstat, __xstat@GLIBC_2.2.5");
__asm__(".symver old_fxstat, __fxstat@GLIBC_2.2.5");
__asm__(".symver old_dlsym, dlsym@GLIBC_2.2.5");
int old_xstat(int version, const char* path, struct stat* info);
int old_fxstat(int version, int descriptor, struct stat* info);
void* old_dlsym(void* handle, const char* name);

constexpr int kStatVersion = 1;

MADE int __wrap_stat(const char* path, struct stat* info) {
  return old_xstat(kStatVersion, path, info);
}

MADE int __wrap_fstat(int descriptor, struct stat* info) {
  return old_fxstat(kStatVersion, descriptor, info);
}

// Since glibc 2.30. Without it: as long by the system's clock, after which callers look at theirs.
MADE int __wrap_pthread_cond_clockwait(pthread_cond_t* condition, pthread_mutex_t* mutex,
                                       clockid_t clock, const timespec* until) {
  using Wait = int (*)(pthread_cond_t*, pthread_mutex_t*, clockid_t, const timespec*);
  static const auto wait =
      reinterpret_cast<Wait>(old_dlsym(RTLD_DEFAULT, "pthread_cond_clockwait"));
  if (wait != nullptr) return wait(condition, mutex, clock, until);
  constexpr long kSecond = 1'000'000'000;
  timespec now;
  timespec wall;
  if (clock_gettime(clock, &now) != 0 || clock_gettime(CLOCK_REALTIME, &wall) != 0) return EINVAL;
  wall.tv_sec += until->tv_sec - now.tv_sec;
  wall.tv_nsec += until->tv_nsec - now.tv_nsec;
  if (wall.tv_nsec < 0) {
    wall.tv_nsec += kSecond;
    --wall.tv_sec;
  } else if (wall.tv_nsec >= kSecond) {
    wall.tv_nsec -= kSecond;
    ++wall.tv_sec;
  }
  return pthread_cond_timedwait(condition, mutex, &wall);
}

}  // extern "C"
