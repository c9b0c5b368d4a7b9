#include "testing/change_log.h"

#include "base/coding.h"

namespace ledgerstone {

Status ReadChanges(ChangeReader* reader, size_t room, std::vector<GivenBatch>* batches,
                   uint64_t* through) {
  std::string chunk(room, '\0');
  for (;;) {
    ChangeReader::Chunk read;
    LS_RETURN_IF_ERROR(reader->Read(chunk.data(), chunk.size(), &read));
    if (through != nullptr) *through = read.through;
    if (read.needed > 0) chunk.resize(read.needed);
    if (read.needed == 0 && read.bytes == 0) return Status::Ok();
    for (size_t at = 0; at < read.bytes;) {
      const size_t size = DecodeFixed32(chunk.data() + at);
      const uint32_t count = DecodeFixed32(chunk.data() + at + 4);
      const uint64_t first = DecodeFixed64(chunk.data() + at + 8);
      batches->push_back({first, first + count - 1, chunk.substr(at + 16, size)});
      at += 16 + size;
    }
  }
}

Status ReadChangesAfter(Store* store, uint64_t after, bool durable,
                        std::vector<GivenBatch>* batches) {
  batches->clear();
  std::unique_ptr<ChangeReader> reader;
  LS_RETURN_IF_ERROR(store->NewChangeReader({.after = after, .durable = durable}, &reader));
  return ReadChanges(reader.get(), 256, batches);
}

std::string SequencesText(const std::vector<GivenBatch>& batches) {
  std::string text;
  for (const GivenBatch& batch : batches) {
    if (!text.empty()) text += " ";
    text += std::to_string(batch.first);
    if (batch.last != batch.first) text += "-" + std::to_string(batch.last);
  }
  return text;
}

}  // namespace ledgerstone
