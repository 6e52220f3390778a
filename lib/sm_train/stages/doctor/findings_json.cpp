#include "sm_train/stages/doctor/findings_json.hpp"

#include <algorithm>
#include <utility>

#include "sm_train/contract/python_text.hpp"
#include "sm_train/contract/value.hpp"

namespace sm_train {

namespace {

Value json_of(const Finding& finding) {
  Dict object;
  object.set("name", finding.name);
  object.set("verdict", std::string(verdict_name(finding.verdict)));
  object.set("what", os_text(finding.what));
  object.set("remedy", os_text(finding.remedy));
  return object;
}

}  // namespace

std::string findings_json(const std::vector<Finding>& findings) {
  List list;
  for (const Finding& finding : findings) list.push_back(json_of(finding));
  Dict all;
  all.set("findings", std::move(list));
  for (const Verdict verdict : {Verdict::passed, Verdict::warning, Verdict::failed, Verdict::skipped})
    all.set(std::string(verdict_name(verdict)), std::ranges::count(findings, verdict, &Finding::verdict));
  return python_json_in_order(all) + "\n";
}

}  // namespace sm_train
