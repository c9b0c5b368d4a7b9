// Small conversions between JavaScript values and C++ ones.
//
// 1. A failed conversion to C++ throws a TypeError and returns false: the caller returns at once.
// 2. A value that could not be made is nullptr; Answer and Conclude tell that as NO_MEMORY.
#pragma once

#include <node_api.h>

#include <concepts>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <type_traits>

#include "ledgerstone/slice.h"

namespace ledgerstone::binding {

// A Uint8Array's bytes; they stay put while the array lives.
struct Bytes {
  char* data = nullptr;
  size_t size = 0;
};

bool Get(napi_env env, napi_value value, const char* name, uint32_t* out);
bool Get(napi_env env, napi_value value, const char* name, uint64_t* out);  // from a number
bool Get(napi_env env, napi_value value, const char* name, bool* out);
bool Get(napi_env env, napi_value value, const char* name, std::string* out);
bool Get(napi_env env, napi_value value, const char* name, Bytes* out);
// A copy of a Uint8Array's bytes, or nothing from undefined.
bool Get(napi_env env, napi_value value, const char* name, std::optional<std::string>* out);
// Nothing from undefined.
bool Get(napi_env env, napi_value value, const char* name, std::optional<uint64_t>* out);
bool GetBigint(napi_env env, napi_value value, const char* name, uint64_t* out);

bool IsUndefined(napi_env env, napi_value value);
napi_value Property(napi_env env, napi_value object, const char* name);
void ThrowTypeError(napi_env env, const char* name, const char* expected);

// ReadFields(env, object, "derived", &derived, "name", &name …)
inline bool ReadFields(napi_env, napi_value) { return true; }
template <class T, class... Rest>
bool ReadFields(napi_env env, napi_value object, const char* name, T* out, Rest... rest) {
  return Get(env, Property(env, object, name), name, out) && ReadFields(env, object, rest...);
}

// A call from JavaScript: up to N arguments (missing ones are undefined), `this`, and the data
// pointer of the function.
template <size_t N = 0>
struct Call {
  napi_env env;
  napi_value argument[N == 0 ? 1 : N];
  napi_value self = nullptr;
  void* data = nullptr;

  Call(napi_env env_in, napi_callback_info info) : env(env_in) {
    size_t count = N;
    napi_get_cb_info(env, info, &count, argument, &self, &data);
  }

  // call.Read("id", &id, "limit", &limit …): from the first argument on.
  template <class... NamesAndTargets>
  bool Read(NamesAndTargets... rest) const {
    static_assert(sizeof...(rest) <= 2 * N);
    return ReadFrom(argument, rest...);
  }

 private:
  bool ReadFrom(const napi_value*) const { return true; }
  template <class T, class... Rest>
  bool ReadFrom(const napi_value* at, const char* name, T* out, Rest... rest) const {
    return Get(env, *at, name, out) && ReadFrom(at + 1, rest...);
  }
};

// Little-endian numbers in buffers shared with JavaScript.
inline void PutUint32(char* destination, uint32_t value) { std::memcpy(destination, &value, 4); }
inline uint32_t ReadUint32(const char* source) {
  uint32_t value = 0;
  std::memcpy(&value, source, 4);
  return value;
}

napi_value Undefined(napi_env env);
napi_value Bigint(napi_env env, uint64_t value);
napi_value BytesCopy(napi_env env, Slice bytes);  // a Buffer of its own
napi_value Object(napi_env env);
napi_value Function(napi_env env, const char* name, napi_callback callback, void* data = nullptr);

napi_value Value(napi_env env, bool value);
napi_value Value(napi_env env, double value);
napi_value Value(napi_env env, Slice text);
inline napi_value Value(napi_env env, const char* text) { return Value(env, Slice(text)); }
inline napi_value Value(napi_env, napi_value value) { return value; }
template <class T>
requires std::integral<T> || std::is_enum_v<T> napi_value Value(napi_env env, T number) {
  return Value(env, static_cast<double>(number));
}

template <class T>
void Set(napi_env env, napi_value object, const char* name, const T& value) {
  napi_set_named_property(env, object, name, Value(env, value));
}

// An array of what `make` gives for each item.
template <class Items, class Make>
napi_value List(napi_env env, const Items& items, const Make& make) {
  napi_value list = nullptr;
  napi_create_array_with_length(env, items.size(), &list);
  uint32_t index = 0;
  for (const auto& item : items) napi_set_element(env, list, index++, make(item));
  return list;
}

}  // namespace ledgerstone::binding
