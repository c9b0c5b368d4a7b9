// Work in a process of its own, and a last word for a process that dies.
//
// 1. Called by a process with one thread.
#pragma once

#include <functional>
#include <string>

namespace ledgerstone {

// Whether `work` came back true in a child process, within a time limit; its output is dropped.
bool SucceedsInChild(const std::function<bool()>& work);

// Prints `text` when the process stops on a failed check while this lives. One at a time.
class DeathNote {
 public:
  explicit DeathNote(std::string text);
  ~DeathNote();
  DeathNote(const DeathNote&) = delete;
  DeathNote& operator=(const DeathNote&) = delete;

 private:
  const std::string text_;
};

}  // namespace ledgerstone
