// The tables and kept logs of a version, checked one after another.
//
// 1. Only numbers are kept of what is still to be done. A table is looked up in the version of the
//    moment and held while it is read; what is no longer there is left out.
// 2. A finding ends the file it is in, never the verification. What is wrong with the check itself
//    (no memory, the store closing) ends it.
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "base/pace.h"
#include "ledgerstone/env.h"
#include "ledgerstone/verify.h"
#include "version/version_edit.h"

namespace ledgerstone {

// A failed check is a finding; anything else ends the verification.
bool IsFinding(const Status& status);

// What is checked. The functions are asked again for each file.
struct VerifySource {
  Env* env = nullptr;
  std::string path;
  StoreId store_id{};
  std::function<VersionPtr()> version;
  std::function<std::vector<KeptLog>()> kept_logs;
  std::function<bool()> closed;
};

class StoreVerification final : public Verification {
 public:
  StoreVerification(VerifySource source, uint64_t bytes_per_second);

  Status Step(uint64_t* wait_micros) override;
  bool done() const override { return file_ == nullptr && tables_.empty() && logs_.empty(); }
  VerifyProgress progress() const override;
  const std::vector<Finding>& findings() const override { return findings_; }
  void Cancel() override { cancelled_.store(true, std::memory_order_relaxed); }

 private:
  struct PlannedTable {
    NamespaceId namespace_id = 0;
    uint64_t number = 0;
    uint64_t size = 0;
  };

  Status Stopped() const;
  // A piece of a file, or a whole log.
  Status CheckPiece();
  Status BeginTable();
  Status ContinueTable();
  Status CheckKeptLog(const KeptLog& kept);
  // Takes note of a file's end, and of a finding.
  Status EndFile(uint64_t bytes, const Status& status);

  const VerifySource source_;
  const uint64_t step_bytes_;
  Pace pace_;
  std::vector<PlannedTable> tables_;  // still to do; the last one is next
  std::vector<KeptLog> logs_;         // as well
  TableFilePtr file_;                 // under way
  std::string file_namespace_;
  std::unique_ptr<TableCheck> check_;
  VerifyProgress progress_;  // without what is under way
  std::vector<Finding> findings_;
  std::atomic<bool> cancelled_{false};
};

// Takes a verification to its end. `pause` returns after so many microseconds, or sooner when the
// store closes.
Status RunVerification(Verification* verification, const VerifyOptions& options,
                       const std::function<void(uint64_t micros)>& pause,
                       std::vector<Finding>* findings);

}  // namespace ledgerstone
