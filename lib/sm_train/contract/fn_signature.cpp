#include "sm_train/contract/fn_signature.hpp"

#include <algorithm>
#include <iterator>

namespace sm_train {

namespace {

std::string identifier(std::string name) {
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
}

}  // namespace

Dict intersect(const Dict& values, const std::vector<std::string>& names) {
  std::vector<Dict::Item> items;
  std::copy_if(values.begin(), values.end(), std::back_inserter(items), [&](const Dict::Item& item) {
    return std::find(names.begin(), names.end(), identifier(item.first)) != names.end();
  });
  return Dict(std::move(items));
}

Dict intersect_fn_parameters(const Dict& values, const FnSignature& signature) {
  return signature.takes_all ? values : intersect(values, signature.names);
}

}  // namespace sm_train
