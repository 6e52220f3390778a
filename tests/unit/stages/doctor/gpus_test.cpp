#include "sm_train/stages/doctor/gpus.hpp"

#include "catch.hpp"

using namespace sm_train;

namespace {

GpuFacts facts_of(int devices, int driver_version, CudaVersion image) {
  return {.instance_type = "ml.g5.xlarge",
          .driver = CudaDriver{.version = driver_version, .status = 0, .devices = devices},
          .kernel_module = "535.104.05",
          .of_image = image,
          .of_image_source = "CUDA_VERSION"};
}

}  // namespace

TEST_CASE("a version of CUDA is read from what names it") {
  CHECK(parse_cuda_version("12.4.1") == CudaVersion{12, 4});
  CHECK(parse_cuda_version("11.8 |") == CudaVersion{11, 8});
  for (const char* text : {"", "12", "12.", "x", ".4"}) CHECK_FALSE(parse_cuda_version(text));
}

TEST_CASE("the driver must support the image's CUDA") {
  CHECK(check_gpus(facts_of(8, 12040, {12, 4})).verdict == Verdict::passed);
  CHECK(check_gpus(facts_of(8, 13000, {12, 4})).verdict == Verdict::passed);
  CHECK(check_gpus(facts_of(8, 12020, {0, 0})).verdict == Verdict::passed);
  const Finding minor = check_gpus(facts_of(8, 12020, {12, 4}));
  CHECK(minor.verdict == Verdict::warning);
  const Finding major = check_gpus(facts_of(1, 12020, {13, 0}));
  CHECK(major.verdict == Verdict::failed);
  CHECK(major.what ==
        "1 GPU; the driver 535.104.05 supports CUDA up to 12.2, and the image has 13.0 (CUDA_VERSION).");
  CHECK(major.remedy.find("CUDA 12.2 or older") != std::string::npos);
}

TEST_CASE("GPUs that nvidia-smi lists count where the driver's library is not there") {
  GpuFacts facts = {.instance_type = "ml.p3.2xlarge", .listed = 4, .listed_version = {12, 2}};
  CHECK(check_gpus(facts).verdict == Verdict::passed);
  facts.of_image = {13, 1};
  CHECK(check_gpus(facts).verdict == Verdict::failed);
}

TEST_CASE("an instance that should have GPUs must have some") {
  const auto [type, verdict] = GENERATE(table<std::string, Verdict>({{"ml.p4d.24xlarge", Verdict::failed},
                                                                     {"ml.gr6.4xlarge", Verdict::failed},
                                                                     {"local_gpu", Verdict::failed},
                                                                     {"ml.c5.xlarge", Verdict::passed},
                                                                     {"local", Verdict::passed},
                                                                     {"", Verdict::passed}}));
  CHECK(check_gpus({.instance_type = type}).verdict == verdict);
}

TEST_CASE("a driver that the container does not see is told with the way to give it the GPUs") {
  const Finding finding = check_gpus({.instance_type = "local", .kernel_module = "550.54.15"});
  CHECK(finding.verdict == Verdict::warning);
  CHECK(finding.remedy.find("--gpus all") != std::string::npos);
}

TEST_CASE("a driver that cannot start is told by CUDA's number, with what that means") {
  const Finding finding = check_gpus({.driver = CudaDriver{.status = 803}, .listed = 8});
  CHECK(finding.verdict == Verdict::warning);
  CHECK(finding.what.find("803: the driver's library is of another version") != std::string::npos);
  CHECK(finding.remedy.find("libcuda.so.1") != std::string::npos);
}

TEST_CASE("GPUs that CUDA_VISIBLE_DEVICES hides are told as that") {
  const Finding finding =
      check_gpus({.instance_type = "ml.g5.xlarge", .driver = CudaDriver{.status = 100}, .visible = ""});
  CHECK(finding.verdict == Verdict::failed);
  CHECK(finding.what.find("CUDA_VISIBLE_DEVICES=\"\" hides all GPUs") != std::string::npos);
}

TEST_CASE("an instance of Trainium or Inferentia must have its devices") {
  CHECK(check_gpus({.instance_type = "ml.trn1.2xlarge"}).verdict == Verdict::failed);
  CHECK(check_gpus({.instance_type = "ml.inf2.xlarge", .has_neuron_device = true}).verdict ==
        Verdict::passed);
}
