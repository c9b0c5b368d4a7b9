#include "testing/child_process.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>

#include "base/checks.h"

namespace ledgerstone {
namespace {

constexpr unsigned kSecondsMax = 30;
const std::string* last_words = nullptr;

void SayLastWords(int signal_number) {
  if (last_words != nullptr) (void)!write(STDERR_FILENO, last_words->data(), last_words->size());
  (void)std::signal(signal_number, SIG_DFL);
  (void)std::raise(signal_number);
}

[[noreturn]] void RunChild(const std::function<bool()>& work) {
  const int nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);
  (void)dup2(nowhere, STDOUT_FILENO);
  (void)dup2(nowhere, STDERR_FILENO);
  const struct rlimit no_core = {0, 0};
  (void)setrlimit(RLIMIT_CORE, &no_core);
  (void)alarm(kSecondsMax);
  _exit(work() ? 0 : 1);
}

}  // namespace

bool SucceedsInChild(const std::function<bool()>& work) {
  (void)std::fflush(nullptr);
  const pid_t child = fork();
  LS_CHECK(child >= 0);
  if (child == 0) RunChild(work);
  int status = 0;
  LS_CHECK(waitpid(child, &status, 0) == child);
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

DeathNote::DeathNote(std::string text) : text_(std::move(text)) {
  last_words = &text_;
  (void)std::signal(SIGABRT, SayLastWords);
}

DeathNote::~DeathNote() {
  (void)std::signal(SIGABRT, SIG_DFL);
  last_words = nullptr;
}

}  // namespace ledgerstone
