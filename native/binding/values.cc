#include "binding/values.h"

#include <cmath>

namespace ledgerstone::binding {

void ThrowTypeError(napi_env env, const char* name, const char* expected) {
  const std::string message = std::string(name) + " must be " + expected;
  napi_throw_type_error(env, "INVALID_TYPE", message.c_str());
}

bool GetUint32(napi_env env, napi_value value, const char* name, uint32_t* out) {
  if (napi_get_value_uint32(env, value, out) == napi_ok) return true;
  ThrowTypeError(env, name, "a number");
  return false;
}

bool GetUint64(napi_env env, napi_value value, const char* name, uint64_t* out) {
  double number = 0;
  if (napi_get_value_double(env, value, &number) == napi_ok && number >= 0 && number < 0x1p53 &&
      number == std::floor(number)) {
    *out = static_cast<uint64_t>(number);
    return true;
  }
  ThrowTypeError(env, name, "a whole number, not negative");
  return false;
}

bool GetBigint(napi_env env, napi_value value, const char* name, uint64_t* out) {
  bool lossless = false;
  if (napi_get_value_bigint_uint64(env, value, out, &lossless) == napi_ok && lossless) return true;
  ThrowTypeError(env, name, "a bigint of 0 to 2^64-1");
  return false;
}

bool GetBool(napi_env env, napi_value value, const char* name, bool* out) {
  if (napi_get_value_bool(env, value, out) == napi_ok) return true;
  ThrowTypeError(env, name, "a boolean");
  return false;
}

bool GetString(napi_env env, napi_value value, const char* name, std::string* out) {
  size_t size = 0;
  if (napi_get_value_string_utf8(env, value, nullptr, 0, &size) != napi_ok) {
    ThrowTypeError(env, name, "a string");
    return false;
  }
  out->resize(size);
  return napi_get_value_string_utf8(env, value, out->data(), size + 1, &size) == napi_ok;
}

bool GetBytes(napi_env env, napi_value value, const char* name, char** data, size_t* size) {
  napi_typedarray_type type;
  void* bytes = nullptr;
  if (napi_get_typedarray_info(env, value, &type, size, &bytes, nullptr, nullptr) == napi_ok &&
      type == napi_uint8_array) {
    *data = static_cast<char*>(bytes);
    return true;
  }
  ThrowTypeError(env, name, "a Uint8Array");
  return false;
}

bool GetOptionalBytes(napi_env env, napi_value value, const char* name, std::string* out,
                      bool* given) {
  *given = !IsUndefined(env, value);
  if (!*given) return true;
  char* data = nullptr;
  size_t size = 0;
  if (!GetBytes(env, value, name, &data, &size)) return false;
  out->assign(data, size);
  return true;
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

napi_value Undefined(napi_env env) {
  napi_value value = nullptr;
  napi_get_undefined(env, &value);
  return value;
}

napi_value Number(napi_env env, double number) {
  napi_value value = nullptr;
  napi_create_double(env, number, &value);
  return value;
}

napi_value Bigint(napi_env env, uint64_t number) {
  napi_value value = nullptr;
  napi_create_bigint_uint64(env, number, &value);
  return value;
}

napi_value Boolean(napi_env env, bool boolean) {
  napi_value value = nullptr;
  napi_get_boolean(env, boolean, &value);
  return value;
}

napi_value Text(napi_env env, const std::string& text) {
  napi_value value = nullptr;
  napi_create_string_utf8(env, text.data(), text.size(), &value);
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

napi_value Array(napi_env env, size_t length) {
  napi_value value = nullptr;
  napi_create_array_with_length(env, length, &value);
  return value;
}

void Set(napi_env env, napi_value object, const char* name, napi_value value) {
  napi_set_named_property(env, object, name, value);
}

}  // namespace ledgerstone::binding
