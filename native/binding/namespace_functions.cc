// Namespaces: opening, listing, dropping.
#include "binding/environment.h"
#include "binding/store_handle.h"

namespace ledgerstone::binding {
namespace {

bool ReadNamespaceOptions(napi_env env, napi_value object, NamespaceOptions* options) {
  uint32_t compression = 0;
  uint32_t bottom_compression = 0;
  uint32_t merge = 0;
  if (!ReadFields(env, object, "keyCodec", &options->key_codec, "valueCodec", &options->value_codec,
                  "derived", &options->derived, "merge", &merge, "compression", &compression,
                  "bottomCompression", &bottom_compression, "filterBitsPerKey",
                  &options->filter_bits_per_key)) {
    return false;
  }
  constexpr auto kMost = static_cast<uint32_t>(Compression::kZstd);
  if (compression > kMost || bottom_compression > kMost || options->filter_bits_per_key > 64) {
    Throw(env, Status::InvalidArgument("compression is 0, 1 or 2; filterBitsPerKey is 0 to 64"));
    return false;
  }
  if (merge > static_cast<uint32_t>(MergeOperator::kJsonMergePatch)) {
    Throw(env, Status::InvalidArgument("merge is 0 to 6"));
    return false;
  }
  options->merge = static_cast<MergeOperator>(merge);
  options->compression = static_cast<Compression>(compression);
  options->bottom_compression = static_cast<Compression>(bottom_compression);
  return true;
}

napi_value OpenNamespace(napi_env env, napi_callback_info info) {
  const StoreCall<2> call(env, info);
  std::string name;
  NamespaceOptions options;
  if (!call.Read("name", &name) || !ReadNamespaceOptions(env, call.argument[1], &options)) {
    return nullptr;
  }
  NamespaceId id = 0;
  const Status status = call.store()->OpenNamespace(name, options, &id);
  return Answer(env, status, Value(env, id));
}

napi_value ListNamespaces(napi_env env, napi_callback_info info) {
  const StoreCall<> call(env, info);
  return List(env, call.store()->Namespaces(), [env](const NamespaceInfo& found) {
    const NamespaceOptions& options = found.options;
    napi_value item = Object(env);
    Set(env, item, "id", found.id);
    Set(env, item, "name", found.name);
    Set(env, item, "keyCodec", options.key_codec);
    Set(env, item, "valueCodec", options.value_codec);
    Set(env, item, "derived", options.derived);
    Set(env, item, "merge", options.merge);
    Set(env, item, "compression", options.compression);
    Set(env, item, "bottomCompression", options.bottom_compression);
    Set(env, item, "filterBitsPerKey", options.filter_bits_per_key);
    return item;
  });
}

napi_value DropNamespace(napi_env env, napi_callback_info info) {
  const StoreCall<1> call(env, info);
  uint32_t id = 0;
  if (!call.Read("id", &id)) return nullptr;
  return call.handle()->TicketFrom(
      [&](Store::Done done) { call.store()->DropNamespace(id, std::move(done)); });
}

}  // namespace

void DefineNamespaceFunctions(napi_env env, napi_value object, const StoreHandlePtr& handle) {
  DefineStoreFunctions(env, object, handle,
                       {{"namespace", OpenNamespace},
                        {"namespaces", ListNamespaces},
                        {"dropNamespace", DropNamespace}});
}

}  // namespace ledgerstone::binding
