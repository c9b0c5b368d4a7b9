// Namespaces: opening, listing, dropping.
#include "binding/environment.h"
#include "binding/store_handle.h"
#include "binding/values.h"

namespace ledgerstone::binding {
namespace {

Store* StoreOf(void* data) { return static_cast<StoreHandle*>(data)->store.get(); }

bool ReadNamespaceOptions(napi_env env, napi_value object, NamespaceOptions* options) {
  uint32_t compression = 0;
  uint32_t bottom_compression = 0;
  if (!GetString(env, Property(env, object, "keyCodec"), "keyCodec", &options->key_codec) ||
      !GetString(env, Property(env, object, "valueCodec"), "valueCodec", &options->value_codec) ||
      !GetBool(env, Property(env, object, "derived"), "derived", &options->derived) ||
      !GetUint32(env, Property(env, object, "compression"), "compression", &compression) ||
      !GetUint32(env, Property(env, object, "bottomCompression"), "bottomCompression",
                 &bottom_compression) ||
      !GetUint32(env, Property(env, object, "filterBitsPerKey"), "filterBitsPerKey",
                 &options->filter_bits_per_key)) {
    return false;
  }
  constexpr auto kMost = static_cast<uint32_t>(Compression::kZstd);
  if (compression > kMost || bottom_compression > kMost || options->filter_bits_per_key > 64) {
    Throw(env, Status::InvalidArgument("compression is 0, 1 or 2; filterBitsPerKey is 0 to 64"));
    return false;
  }
  options->compression = static_cast<Compression>(compression);
  options->bottom_compression = static_cast<Compression>(bottom_compression);
  return true;
}

napi_value OpenNamespace(napi_env env, napi_callback_info info) {
  const Call<2> call(env, info);
  std::string name;
  NamespaceOptions options;
  if (!GetString(env, call.argument[0], "name", &name) ||
      !ReadNamespaceOptions(env, call.argument[1], &options)) {
    return nullptr;
  }
  NamespaceId id = 0;
  const Status status = StoreOf(call.data)->OpenNamespace(name, options, &id);
  return status.ok() ? Number(env, static_cast<double>(id)) : Throw(env, status);
}

napi_value ListNamespaces(napi_env env, napi_callback_info info) {
  const Call<1> call(env, info);
  const std::vector<NamespaceInfo> infos = StoreOf(call.data)->Namespaces();
  napi_value list = Array(env, infos.size());
  for (size_t i = 0; i < infos.size(); ++i) {
    const NamespaceOptions& options = infos[i].options;
    napi_value item = Object(env);
    Set(env, item, "id", Number(env, static_cast<double>(infos[i].id)));
    Set(env, item, "name", Text(env, infos[i].name));
    Set(env, item, "keyCodec", Text(env, options.key_codec));
    Set(env, item, "valueCodec", Text(env, options.value_codec));
    Set(env, item, "derived", Boolean(env, options.derived));
    Set(env, item, "compression", Number(env, static_cast<double>(options.compression)));
    Set(env, item, "bottomCompression",
        Number(env, static_cast<double>(options.bottom_compression)));
    Set(env, item, "filterBitsPerKey",
        Number(env, static_cast<double>(options.filter_bits_per_key)));
    napi_set_element(env, list, static_cast<uint32_t>(i), item);
  }
  return list;
}

napi_value DropNamespace(napi_env env, napi_callback_info info) {
  const Call<1> call(env, info);
  uint32_t id = 0;
  if (!GetUint32(env, call.argument[0], "id", &id)) return nullptr;
  StoreHandle* handle = static_cast<StoreHandle*>(call.data);
  Status refusal;
  const uint64_t ticket = handle->SubmitWith(
      [&](Store::Done done) { handle->store->DropNamespace(id, std::move(done)); }, &refusal);
  return refusal.ok() ? Number(env, ticket) : Throw(env, refusal);
}

}  // namespace

void DefineNamespaceFunctions(napi_env env, napi_value object, const StoreHandlePtr& handle) {
  DefineStoreFunction(env, object, "namespace", OpenNamespace, handle);
  DefineStoreFunction(env, object, "namespaces", ListNamespaces, handle);
  DefineStoreFunction(env, object, "dropNamespace", DropNamespace, handle);
}

}  // namespace ledgerstone::binding
