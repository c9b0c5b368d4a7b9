// Small conversions between JavaScript values and C++ ones. A failed conversion throws a TypeError
// and returns false: the caller returns at once.
#pragma once

#include <node_api.h>

#include <cstdint>
#include <cstring>
#include <string>

#include "ledgerstone/slice.h"

namespace ledgerstone::binding {

// Reads up to N arguments (missing ones are undefined) and the function's data pointer.
template <size_t N>
struct Call {
  napi_env env;
  napi_value argument[N];
  void* data = nullptr;

  Call(napi_env env_in, napi_callback_info info) : env(env_in) {
    size_t count = N;
    napi_get_cb_info(env, info, &count, argument, nullptr, &data);
  }
};

bool GetUint32(napi_env env, napi_value value, const char* name, uint32_t* out);
bool GetUint64(napi_env env, napi_value value, const char* name, uint64_t* out);  // from a number
bool GetBigint(napi_env env, napi_value value, const char* name, uint64_t* out);
bool GetBool(napi_env env, napi_value value, const char* name, bool* out);
bool GetString(napi_env env, napi_value value, const char* name, std::string* out);
// A Uint8Array's bytes; they stay put while the array lives.
bool GetBytes(napi_env env, napi_value value, const char* name, char** data, size_t* size);
// Bytes or undefined (an empty Slice with `given` false).
bool GetOptionalBytes(napi_env env, napi_value value, const char* name, std::string* out,
                      bool* given);

// Little-endian numbers in buffers shared with JavaScript.
inline void PutUint32(char* destination, uint32_t value) { std::memcpy(destination, &value, 4); }
inline uint32_t ReadUint32(const char* source) {
  uint32_t value = 0;
  std::memcpy(&value, source, 4);
  return value;
}

bool IsUndefined(napi_env env, napi_value value);
napi_value Property(napi_env env, napi_value object, const char* name);
void ThrowTypeError(napi_env env, const char* name, const char* expected);

napi_value Undefined(napi_env env);
napi_value Number(napi_env env, double value);
inline napi_value Number(napi_env env, uint64_t value) {
  return Number(env, static_cast<double>(value));
}
napi_value Bigint(napi_env env, uint64_t value);
napi_value Boolean(napi_env env, bool value);
napi_value Text(napi_env env, const std::string& text);
napi_value BytesCopy(napi_env env, Slice bytes);  // a Buffer of its own
napi_value Object(napi_env env);
napi_value Array(napi_env env, size_t length);
void Set(napi_env env, napi_value object, const char* name, napi_value value);

}  // namespace ledgerstone::binding
