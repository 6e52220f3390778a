#include "sm_train/stages/engine.hpp"

#include "catch.hpp"
#include "support/child.hpp"

using namespace sm_train;

namespace {

Dict naming(const Value& interface) {
  Dict config;
  config.set("network_interface_name", interface);
  return config;
}

/// A host whose name is the loopback interface's.
Environment host(const Value& config, const std::string& interface) {
  Environment environment;
  environment.current_host = "127.0.0.1";
  environment.network_interface_name = interface;
  environment.resource_config = config;
  return environment;
}

}  // namespace

TEST_CASE("an interface that exists is taken as it is") {
  Child child([] { return find_network_interface(host(naming("lo"), "lo")) == "lo" ? 0 : 1; });
  const auto end = child.finish();
  CHECK(end.exit_code == 0);
  CHECK(end.err.empty());
}

TEST_CASE(
    "one that does not exist gives way to the one of this host's name, with a warning if the config names "
    "it") {
  const std::string none = "no-such-if";
  const auto warning_of = [&](const Value& config) {
    Child child([&] { return find_network_interface(host(config, none)) == "lo" ? 0 : 1; });
    const auto end = child.finish();
    CHECK(end.exit_code == 0);
    return end.err;
  };
  CHECK(warning_of(naming(none)) ==
        "sm-train: warning: this machine has no network interface no-such-if, which resourceconfig.json "
        "names: lo is "
        "taken\n");
  CHECK(warning_of(naming(Value())).empty());
  CHECK(warning_of(Dict()).empty());
}
