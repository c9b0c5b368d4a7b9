#include "log/file_digest.h"

#include <algorithm>
#include <cstring>
#include <functional>

#include "base/checks.h"
#include "base/coding.h"
#include "base/crc32c.h"
#include "base/hash.h"
#include "base/text.h"

namespace ledgerstone::log {
namespace {

constexpr size_t kReadBytes = 16 * kDigestChunk;

Status ReadThrough(Env* env, const std::string& path, const std::string& file, uint64_t size,
                   const std::function<Status(Slice)>& take) {
  std::unique_ptr<RandomAccessFile> source;
  LS_RETURN_IF_ERROR(env->NewRandomAccessFile(path, &source));
  if (source->Size() != size) {
    return Status::Corruption("a log segment of another size", {file},
                              std::to_string(size) + " bytes",
                              std::to_string(source->Size()) + " bytes");
  }
  std::string buffer(static_cast<size_t>(std::min<uint64_t>(kReadBytes, size)), '\0');
  for (uint64_t at = 0; at < size;) {
    const auto wanted = static_cast<size_t>(std::min<uint64_t>(buffer.size(), size - at));
    size_t read = 0;
    LS_RETURN_IF_ERROR(source->Read(at, wanted, buffer.data(), &read));
    if (read != wanted) {
      return Status(StatusCode::kIoError, "the file became shorter while it was read",
                    {file, at + read});
    }
    LS_RETURN_IF_ERROR(take(Slice(buffer.data(), read)));
    at += read;
  }
  return Status::Ok();
}

}  // namespace

void Digester::Add(Slice bytes) {
  LS_CHECK(size_ % kDigestChunk == 0);
  size_ += bytes.size();
  checksum_ = Crc32cExtend(checksum_, bytes);
  while (!bytes.empty()) {
    const Slice chunk = bytes.substr(0, kDigestChunk);
    fold_ = HashMix(fold_ ^ Hash64(chunk));
    bytes.remove_prefix(chunk.size());
  }
}

Digest Digester::Finish() const {
  Digest digest{};
  EncodeFixed(digest.data(), fold_);
  EncodeFixed(digest.data() + 8, checksum_);
  EncodeFixed(digest.data() + 12, static_cast<uint32_t>(size_));
  return digest;
}

std::string DigestText(const Digest& digest) {
  return HexBytes(Slice(digest.data(), digest.size()));
}

Status DigestFile(Env* env, const std::string& path, const std::string& file, uint64_t wanted,
                  Digest* digest) {
  Digester digester;
  LS_RETURN_IF_ERROR(ReadThrough(env, path, file, wanted, [&](Slice bytes) {
    digester.Add(bytes);
    return Status::Ok();
  }));
  *digest = digester.Finish();
  return Status::Ok();
}

Status CopySynced(Env* env, const std::string& from, const std::string& to, const std::string& file,
                  uint64_t size) {
  std::unique_ptr<WritableFile> target;
  LS_RETURN_IF_ERROR(env->NewWritableFile(to, WriteMode::kCreate, &target));
  LS_RETURN_IF_ERROR(
      ReadThrough(env, from, file, size, [&](Slice bytes) { return target->Append(bytes); }));
  LS_RETURN_IF_ERROR(target->Sync());
  return target->Close();
}

}  // namespace ledgerstone::log
