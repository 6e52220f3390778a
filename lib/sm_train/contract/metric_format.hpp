#pragma once

#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include "sm_train/contract/usage.hpp"

namespace sm_train {

/// Whose numbers they are, and where CloudWatch puts them.
struct MetricPlace {
  std::string name_space = "sm-train";
  std::vector<std::pair<std::string, std::string>> dimensions;  ///< TrainingJobName, Host: name and value
};

/// Throws std::invalid_argument that says what is expected where a text can be no namespace: 1 to 255 of
/// A-Z a-z 0-9 . - _ / # : and space, not all of them spaces, not ":" first, and not "AWS/" at the start,
/// which is CloudWatch's own.
/// Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricData.html
void require_namespace(const std::string& text);

/// A line (without its end) in CloudWatch's Embedded Metric Format: where it stands alone in a log stream,
/// CloudWatch Logs makes metrics of it. `suffix` ends each metric's name: "" or "Peak". A list is one data
/// point for each GPU. A dimension whose value is empty is left out.
/// Source:
/// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
std::string metric_line(const Usage& usage, const MetricPlace& place, std::chrono::milliseconds since_epoch,
                        const std::string& suffix = "");

}  // namespace sm_train
