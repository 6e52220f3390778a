#include "sm_train/distributed/network_interface.hpp"

#include "catch.hpp"

using namespace sm_train;

namespace {

const NetworkInterface lo = {
    .name = "lo", .is_up = true, .is_loopback = true, .addresses = {"127.0.0.1", "::1"}};
const NetworkInterface down = {.name = "ifb0", .is_up = false, .is_loopback = false, .addresses = {}};
const NetworkInterface docker = {
    .name = "docker0", .is_up = true, .is_loopback = false, .addresses = {"172.17.0.1"}};
const NetworkInterface ens5 = {
    .name = "ens5", .is_up = true, .is_loopback = false, .addresses = {"fe80::1", "10.0.0.7"}};

}  // namespace

TEST_CASE("the configured interface is taken where it exists") {
  CHECK(choose_network_interface("docker0", {lo, docker, ens5}, {"10.0.0.7"}) == "docker0");
}

TEST_CASE("where it does not, it is the one that holds an address of the host's name") {
  CHECK(choose_network_interface("eth0", {lo, docker, ens5}, {"10.9.9.9", "10.0.0.7"}) == "ens5");
  CHECK(choose_network_interface("eth0", {lo, docker, ens5}, {"127.0.0.1"}) == "lo");
}

TEST_CASE("where none does, it is the first that is up and no loopback, else the loopback") {
  CHECK(choose_network_interface("eth0", {lo, down, docker, ens5}, {"10.9.9.9"}) == "docker0");
  CHECK(choose_network_interface("eth0", {lo, down, ens5}, {}) == "ens5");
  CHECK(choose_network_interface("eth0", {down, lo}, {}) == "lo");
  CHECK(choose_network_interface("eth0", {}, {}) == "lo");
}
