#include "base/json_merge_patch.h"

#include <algorithm>
#include <cstdint>
#include <vector>

namespace ledgerstone {
namespace {

constexpr int kDepthMax = 256;

struct Member {
  std::string name;  // without escapes, as UTF-8
  Slice name_text;   // with quotes
  Slice value;
};

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

int HexDigit(char c) {
  if (IsDigit(c)) return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

void AppendUtf8(uint32_t point, std::string* text) {
  const auto put = [&](uint32_t byte) { text->push_back(static_cast<char>(byte)); };
  if (point < 0x80) return put(point);
  if (point < 0x800) {
    put(0xc0 | point >> 6);
  } else {
    if (point < 0x10000) {
      put(0xe0 | point >> 12);
    } else {
      put(0xf0 | point >> 18);
      put(0x80 | (point >> 12 & 0x3f));
    }
    put(0x80 | (point >> 6 & 0x3f));
  }
  put(0x80 | (point & 0x3f));
}

// Reads JSON text from the front. Every function returns false at what is no JSON.
class JsonReader {
 public:
  explicit JsonReader(Slice text) : rest_(text) {}

  // One value with nothing but space around it.
  bool Whole(Slice* value) { return Value(0, value) && (SkipSpace(), rest_.empty()); }
  // The members of a text that is an object; `is_object` tells when it is another value.
  bool Members(bool* is_object, std::vector<Member>* members) {
    SkipSpace();
    *is_object = !rest_.empty() && rest_.front() == '{';
    return !*is_object || Object(0, members);
  }
  bool Value(int depth, Slice* value) {
    SkipSpace();
    const char* const begin = rest_.data();
    if (rest_.empty() || depth > kDepthMax || !Any(depth)) return false;
    *value = Slice(begin, static_cast<size_t>(rest_.data() - begin));
    return true;
  }

 private:
  void SkipSpace() {
    while (!rest_.empty() && (rest_.front() == ' ' || rest_.front() == '\t' ||
                              rest_.front() == '\n' || rest_.front() == '\r')) {
      rest_.remove_prefix(1);
    }
  }
  bool Take(char c) {
    if (rest_.empty() || rest_.front() != c) return false;
    rest_.remove_prefix(1);
    return true;
  }
  bool TakeWord(Slice word) {
    if (!rest_.starts_with(word)) return false;
    rest_.remove_prefix(word.size());
    return true;
  }
  bool TakeDigits() {
    if (rest_.empty() || !IsDigit(rest_.front())) return false;
    while (!rest_.empty() && IsDigit(rest_.front())) rest_.remove_prefix(1);
    return true;
  }

  bool Any(int depth) {
    switch (rest_.front()) {
      case '{':
        return Object(depth, nullptr);
      case '[':
        return Array(depth);
      case '"':
        return String(nullptr);
      case 't':
        return TakeWord("true");
      case 'f':
        return TakeWord("false");
      case 'n':
        return TakeWord("null");
      default:
        return Number();
    }
  }

  bool Number() {
    Take('-');
    if (!Take('0') && !TakeDigits()) return false;
    if (Take('.') && !TakeDigits()) return false;
    if (Take('e') || Take('E')) {
      if (!Take('+')) Take('-');
      return TakeDigits();
    }
    return true;
  }

  bool Hex4(uint32_t* unit) {
    if (rest_.size() < 4) return false;
    *unit = 0;
    for (int i = 0; i < 4; ++i) {
      const int digit = HexDigit(rest_.front());
      if (digit < 0) return false;
      *unit = *unit << 4 | static_cast<uint32_t>(digit);
      rest_.remove_prefix(1);
    }
    return true;
  }

  // What follows a backslash.
  bool Escape(std::string* text) {
    static constexpr Slice kLetters = "\"\\/bfnrt";
    static constexpr char kMeanings[] = "\"\\/\b\f\n\r\t";
    if (rest_.empty()) return false;
    const char letter = rest_.front();
    rest_.remove_prefix(1);
    if (const size_t at = kLetters.find(letter); at != Slice::npos) {
      text->push_back(kMeanings[at]);
      return true;
    }
    uint32_t unit = 0;
    if (letter != 'u' || !Hex4(&unit)) return false;
    uint32_t low = 0;
    if (unit >= 0xd800 && unit < 0xdc00 && rest_.starts_with("\\u")) {
      const Slice before = rest_;
      rest_.remove_prefix(2);
      if (!Hex4(&low)) return false;
      if (low >= 0xdc00 && low < 0xe000) {
        unit = 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00);
      } else {
        rest_ = before;
      }
    }
    AppendUtf8(unit, text);
    return true;
  }

  bool String(std::string* text) {
    std::string ignored;
    if (text == nullptr) text = &ignored;
    if (!Take('"')) return false;
    while (!rest_.empty()) {
      const char c = rest_.front();
      rest_.remove_prefix(1);
      if (c == '"') return true;
      if (static_cast<unsigned char>(c) < 0x20) return false;
      if (c != '\\') {
        text->push_back(c);
      } else if (!Escape(text)) {
        return false;
      }
    }
    return false;
  }

  bool Array(int depth) {
    Take('[');
    SkipSpace();
    if (Take(']')) return true;
    do {
      Slice value;
      if (!Value(depth + 1, &value)) return false;
      SkipSpace();
    } while (Take(','));
    return Take(']');
  }

  bool Object(int depth, std::vector<Member>* members) {
    Take('{');
    SkipSpace();
    if (Take('}')) return true;
    do {
      SkipSpace();
      Member member;
      const char* const begin = rest_.data();
      if (!String(&member.name)) return false;
      member.name_text = Slice(begin, static_cast<size_t>(rest_.data() - begin));
      SkipSpace();
      if (!Take(':') || !Value(depth + 1, &member.value)) return false;
      if (members != nullptr) members->push_back(std::move(member));
      SkipSpace();
    } while (Take(','));
    return Take('}');
  }

  Slice rest_;
};

// The texts are sound JSON values here.
std::string Patched(std::optional<Slice> target, Slice patch) {
  bool is_object = false;
  std::vector<Member> changes;
  (void)JsonReader(patch).Members(&is_object, &changes);
  if (!is_object) return std::string(patch);
  std::vector<Member> members;
  if (target.has_value()) (void)JsonReader(*target).Members(&is_object, &members);
  std::vector<std::string> made;
  made.reserve(changes.size());
  for (const Member& change : changes) {
    const auto named = [&](const Member& member) { return member.name == change.name; };
    const auto at = std::find_if(members.begin(), members.end(), named);
    if (change.value == "null") {
      std::erase_if(members, named);
      continue;
    }
    const bool present = at != members.end();
    made.push_back(Patched(present ? std::optional(at->value) : std::nullopt, change.value));
    if (present) {
      at->value = made.back();
    } else {
      members.push_back({change.name, change.name_text, made.back()});
    }
  }
  std::string text = "{";
  for (const Member& member : members) {
    if (text.size() > 1) text.push_back(',');
    text.append(member.name_text).append(":").append(member.value);
  }
  return text + "}";
}

}  // namespace

bool IsJson(Slice text) {
  Slice value;
  return JsonReader(text).Whole(&value);
}

bool JsonMergePatch(std::optional<Slice> target, Slice patch, std::string* result) {
  Slice change;
  if (!JsonReader(patch).Whole(&change)) return false;
  std::optional<Slice> value;
  if (target.has_value() && !JsonReader(*target).Whole(&value.emplace())) return false;
  *result = Patched(value, change);
  return true;
}

}  // namespace ledgerstone
