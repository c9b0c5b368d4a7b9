#include "binding/values.h"

#include <cmath>

namespace ledgerstone::binding {

bool Get(napi_env env, napi_value value, const char* name, uint32_t* out) {
  if (napi_get_value_uint32(env, value, out) == napi_ok) return true;
  ThrowTypeError(env, name, "a number");
  return false;
}

bool Get(napi_env env, napi_value value, const char* name, uint64_t* out) {
  double number = 0;
  if (napi_get_value_double(env, value, &number) == napi_ok && number >= 0 && number < 0x1p53 &&
      number == std::floor(number)) {
    *out = static_cast<uint64_t>(number);
    return true;
  }
  ThrowTypeError(env, name, "a whole number, not negative");
  return false;
}

bool Get(napi_env env, napi_value value, const char* name, bool* out) {
  if (napi_get_value_bool(env, value, out) == napi_ok) return true;
  ThrowTypeError(env, name, "a boolean");
  return false;
}

bool Get(napi_env env, napi_value value, const char* name, std::string* out) {
  size_t size = 0;
  if (napi_get_value_string_utf8(env, value, nullptr, 0, &size) != napi_ok) {
    ThrowTypeError(env, name, "a string");
    return false;
  }
  out->resize(size);
  return napi_get_value_string_utf8(env, value, out->data(), size + 1, &size) == napi_ok;
}

bool Get(napi_env env, napi_value value, const char* name, Bytes* out) {
  napi_typedarray_type type;
  void* data = nullptr;
  if (napi_get_typedarray_info(env, value, &type, &out->size, &data, nullptr, nullptr) == napi_ok &&
      type == napi_uint8_array) {
    out->data = static_cast<char*>(data);
    return true;
  }
  ThrowTypeError(env, name, "a Uint8Array");
  return false;
}

bool Get(napi_env env, napi_value value, const char* name, std::optional<std::string>* out) {
  if (IsUndefined(env, value)) return true;
  Bytes bytes;
  if (!Get(env, value, name, &bytes)) return false;
  out->emplace(bytes.data, bytes.size);
  return true;
}

bool Get(napi_env env, napi_value value, const char* name, std::optional<uint64_t>* out) {
  if (IsUndefined(env, value)) return true;
  return Get(env, value, name, &out->emplace());
}

bool GetBigint(napi_env env, napi_value value, const char* name, uint64_t* out) {
  bool lossless = false;
  if (napi_get_value_bigint_uint64(env, value, out, &lossless) == napi_ok && lossless) return true;
  ThrowTypeError(env, name, "a bigint of 0 to 2^64-1");
  return false;
}

bool IsUndefined(napi_env env, napi_value value) {
  napi_valuetype type = napi_undefined;
  napi_typeof(env, value, &type);
  return type == napi_undefined || type == napi_null;
}

napi_value Property(napi_env env, napi_value object, const char* name) {
  napi_value value = nullptr;
  if (napi_get_named_property(env, object, name, &value) != napi_ok) return Undefined(env);
  return value;
}

void ThrowTypeError(napi_env env, const char* name, const char* expected) {
  const std::string message = std::string(name) + " must be " + expected;
  napi_throw_type_error(env, "INVALID_TYPE", message.c_str());
}

napi_value Undefined(napi_env env) {
  napi_value value = nullptr;
  napi_get_undefined(env, &value);
  return value;
}

napi_value Bigint(napi_env env, uint64_t number) {
  napi_value value = nullptr;
  napi_create_bigint_uint64(env, number, &value);
  return value;
}

napi_value BytesCopy(napi_env env, Slice bytes) {
  napi_value value = nullptr;
  napi_create_buffer_copy(env, bytes.size(), bytes.data(), nullptr, &value);
  return value;
}

napi_value Object(napi_env env) {
  napi_value value = nullptr;
  napi_create_object(env, &value);
  return value;
}

napi_value Function(napi_env env, const char* name, napi_callback callback, void* data) {
  napi_value value = nullptr;
  napi_create_function(env, name, NAPI_AUTO_LENGTH, callback, data, &value);
  return value;
}

napi_value Value(napi_env env, bool boolean) {
  napi_value value = nullptr;
  napi_get_boolean(env, boolean, &value);
  return value;
}

napi_value Value(napi_env env, double number) {
  napi_value value = nullptr;
  napi_create_double(env, number, &value);
  return value;
}

napi_value Value(napi_env env, Slice text) {
  napi_value value = nullptr;
  napi_create_string_utf8(env, text.data(), text.size(), &value);
  return value;
}

}  // namespace ledgerstone::binding
