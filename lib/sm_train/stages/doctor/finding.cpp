#include "sm_train/stages/doctor/finding.hpp"

#include <utility>

namespace sm_train {

namespace {

Finding finding(Verdict verdict, std::string what, std::string remedy) {
  return {.name = {}, .verdict = verdict, .what = std::move(what), .remedy = std::move(remedy)};
}

}  // namespace

std::string_view verdict_name(Verdict verdict) {
  switch (verdict) {
    case Verdict::passed:
      return "passed";
    case Verdict::warning:
      return "warning";
    case Verdict::failed:
      return "failed";
    case Verdict::skipped:
      break;
  }
  return "skipped";
}

Finding passed(std::string what) {
  return finding(Verdict::passed, std::move(what), "");
}

Finding warning(std::string what, std::string remedy) {
  return finding(Verdict::warning, std::move(what), std::move(remedy));
}

Finding failed(std::string what, std::string remedy) {
  return finding(Verdict::failed, std::move(what), std::move(remedy));
}

Finding skipped(std::string why, std::string remedy) {
  return finding(Verdict::skipped, std::move(why), std::move(remedy));
}

Finding warning(const Failure& failure) {
  return warning(failure.what, failure.remedy);
}

Finding failed(const Failure& failure) {
  return failed(failure.what, failure.remedy);
}

}  // namespace sm_train
