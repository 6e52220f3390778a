#include "sm_train/stages/doctor/doctor.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <exception>
#include <optional>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "sm_train/python/interpreter.hpp"
#include "sm_train/stages/code_directory.hpp"
#include "sm_train/stages/doctor/aws.hpp"
#include "sm_train/stages/doctor/certificates.hpp"
#include "sm_train/stages/doctor/channels.hpp"
#include "sm_train/stages/doctor/clock.hpp"
#include "sm_train/stages/doctor/config_files.hpp"
#include "sm_train/stages/doctor/directories.hpp"
#include "sm_train/stages/doctor/gpus.hpp"
#include "sm_train/stages/doctor/hosts.hpp"
#include "sm_train/stages/doctor/limits.hpp"
#include "sm_train/stages/doctor/memory.hpp"
#include "sm_train/stages/doctor/program.hpp"
#include "sm_train/stages/doctor/python.hpp"
#include "sm_train/stages/fault.hpp"
#include "sm_train/stages/load.hpp"
#include "sm_train/system/deadline.hpp"
#include "sm_train/system/wait.hpp"

namespace sm_train {

namespace {

using std::chrono::system_clock;

constexpr std::chrono::seconds longest_check{10};

/// The one who is examined: what a check has found, and later ones go on from.
struct Patient {
  const Options& options;
  Secrets secrets;
  std::optional<Job> job;  ///< none: its configs cannot be read
  AwsNeeds needs;
  Interpreter python;
  std::optional<ForeseenProgram> program;  ///< none: it is not known what would run
  std::optional<CredentialSources> sources;
  std::optional<ProvidedCredentials> credentials;
  bool is_s3_silent = false;  ///< it has not answered, and need not be waited for again
};

Finding without_job() {
  return skipped("The job's configs cannot be read.");
}

Finding job(Patient& patient, const Interrupt& /*interrupt*/) {
  const Paths& paths = patient.options.paths;
  for (const auto& check : {check_hyperparameters, check_resource_config, check_input_data_config})
    if (check(paths).verdict == Verdict::failed) return without_job();
  patient.job = load(patient.options);
  patient.needs = aws_needs(*patient.job, patient.options.environment);
  patient.secrets = Secrets(patient.options.environment, patient.job->hyperparameters.user);
  return check_job(patient.options, *patient.job);
}

Finding channels(Patient& patient, const Interrupt& /*interrupt*/) {
  if (!patient.job) return without_job();
  return check_channels(patient.job->input_data_config, patient.options.paths);
}

std::vector<WrittenDirectory> directories_of(const Patient& patient) {
  return written_directories(patient.options.paths, patient.job ? patient.job->checkpoint_dir : std::nullopt,
                             patient.options.environment);
}

/// Where there is no job, nothing is written: SageMaker mounts what it gives a job.
Finding directories(Patient& patient, const Interrupt& /*interrupt*/) {
  if (!has_configs(patient.options.paths)) return skipped("There is no job that writes to any.");
  return check_directories(directories_of(patient));
}

Finding disk(Patient& patient, const Interrupt& /*interrupt*/) {
  return check_disk(directories_of(patient));
}

Finding gpus(Patient& patient, const Interrupt& interrupt) {
  const std::string type = patient.job ? patient.job->resources.current_instance_type : "";
  return check_gpus(gpu_facts(type, patient.options.environment, interrupt));
}

/// A profile that cannot be read is told here; the credentials are then not looked for.
Finding region(Patient& patient, const Interrupt& /*interrupt*/) try {
  patient.sources = hurried_sources(patient.options.environment);
  return check_region(*patient.sources);
} catch (const Error& error) {
  patient.sources.reset();
  return patient.needs.any() ? failed(error.failure()) : warning(error.failure());
}

bool asks_s3_by_https(const CredentialSources& sources) {
  return s3_endpoint_url(sources).starts_with("https://");
}

Finding certificates(Patient& patient, const Interrupt& /*interrupt*/) {
  const bool is_needed = patient.needs.any() && patient.sources && asks_s3_by_https(*patient.sources);
  return check_certificates(patient.options.environment, default_ca_certificates(), is_needed);
}

Finding credentials(Patient& patient, const Interrupt& interrupt) try {
  if (!patient.sources) return skipped("AWS's settings cannot be read.");
  patient.credentials = find_provided_credentials(*patient.sources, interrupt);
  Finding finding = check_credentials(*patient.credentials, system_clock::now());
  if (!patient.needs.any() && finding.verdict == Verdict::failed) finding.verdict = Verdict::warning;
  return finding;
} catch (const NoCredentialsFound&) {
  if (patient.needs.any()) throw;
  return skipped("None are found, and the job needs none.");
} catch (const Error& error) {
  if (patient.needs.any() || is_signal(error.failure().cause)) throw;
  return warning(error.failure());
}

Finding identity(Patient& patient, const Interrupt& interrupt) {
  if (!patient.credentials) return skipped("There are no credentials.");
  return check_identity(*patient.sources, patient.credentials->credentials, patient.needs.any(), interrupt);
}

bool is_code_kept(const Options& options) {
  return options.fetch.existing_code == ExistingCode::keep &&
         holds_code(code_directory(options.paths.code()));
}

Finding code_in_s3(Patient& patient, const Interrupt& interrupt) {
  if (!patient.job) return without_job();
  if (!patient.needs.code) return skipped("The job's code does not come from S3.");
  if (is_code_kept(patient.options)) return skipped("There is code already, and it is to be kept.");
  if (!patient.credentials) return skipped("S3 cannot be asked without credentials.");
  try {
    return check_code_in_s3(*patient.job->hyperparameters.settings.submit_directory, patient.options,
                            interrupt);
  } catch (const Error& error) {
    patient.is_s3_silent = error.failure().cause == Cause::unavailable;
    throw;
  }
}

/// S3's, where the job asks it for anything.
Finding clock(Patient& patient, const Interrupt& interrupt) {
  std::optional<ClockReading> reading;
  if (patient.needs.any() && patient.sources && !patient.is_s3_silent) try {
      const HttpRequest request = {.url = s3_endpoint_url(*patient.sources),
                                   .stall_timeout = service_limit,
                                   .ca_bundle = patient.sources->ca_bundle};
      reading = read_clock(request, patient.sources->send, interrupt);
    } catch (const Error& error) {
      if (is_signal(error.failure().cause)) throw;  // else another check tells that it does not answer
    }
  return check_clock(system_clock::now(), reading);
}

Finding interpreter(Patient& patient, const Interrupt& interrupt) {
  const Options& options = patient.options;
  patient.python = find_python(options.python, options.environment);
  const PythonNeed need = patient.program ? need_of_python(*patient.program) : PythonNeed::unknown;
  return check_interpreter(patient.python, need, options.environment, interrupt);
}

Finding installer(Patient& patient, const Interrupt& interrupt) {
  return check_installer(patient.python, patient.options.environment, interrupt);
}

Finding program(Patient& patient, const Interrupt& /*interrupt*/) {
  if (!patient.job) return without_job();
  if (!patient.job->hyperparameters.settings.program && !has_configs(patient.options.paths) &&
      !runs_framework(patient.job->platform.framework_module))
    return skipped("No program is named, and there is no job.");
  patient.program = foresee_program(*patient.job, patient.options);
  try {
    patient.python = find_python(patient.options.python, patient.options.environment);
  } catch (const Error&) {
    // The check of the interpreter tells it.
  }
  return check_program(*patient.program, patient.python, patient.options);
}

Finding installation(Patient& patient, const Interrupt& interrupt) {
  if (!patient.program) return skipped("It is not known what would run.");
  Options options = patient.options;
  if (const auto& file = patient.job->hyperparameters.settings.requirements;
      file && options.install.requirements.empty())
    options.install.requirements = *file;
  return check_installation(*patient.program, patient.python, options, interrupt);
}

Finding hosts(Patient& patient, const Interrupt& interrupt) {
  if (!patient.job) return without_job();
  return check_hosts(patient.job->resources, patient.options.environment, interrupt);
}

Finding engine(Patient& patient, const Interrupt& /*interrupt*/) {
  if (!patient.program) return skipped("It is not known what would run.");
  return check_engine(*patient.program, *patient.job, patient.options);
}

struct Check {
  const char* name;
  Finding (*run)(Patient&, const Interrupt&);
};

/// In the order of a job's steps, as far as each needs what those before it found.
constexpr std::array checks = {
    Check{"hyperparameters",
          [](Patient& p, const Interrupt&) { return check_hyperparameters(p.options.paths); }},
    Check{"resourceconfig",
          [](Patient& p, const Interrupt&) { return check_resource_config(p.options.paths); }},
    Check{"inputdataconfig",
          [](Patient& p, const Interrupt&) { return check_input_data_config(p.options.paths); }},
    Check{"job", job},
    Check{"channels", channels},
    Check{"directories", directories},
    Check{"disk", disk},
    Check{"memory", [](Patient&, const Interrupt&) { return check_memory(memory_facts()); }},
    Check{"shared-memory", [](Patient&, const Interrupt&) { return check_shared_memory(); }},
    Check{"limits", [](Patient&, const Interrupt&) { return check_limits(process_limits()); }},
    Check{"gpus", gpus},
    Check{"region", region},
    Check{"certificates", certificates},
    Check{"credentials", credentials},
    Check{"identity", identity},
    Check{"code-in-s3", code_in_s3},
    Check{"clock", clock},
    Check{"program", program},
    Check{"interpreter", interpreter},
    Check{"installer", installer},
    Check{"installation", installation},
    Check{"hosts", hosts},
    Check{"engine", engine},
};

Finding run(const Check& check, Patient& patient, const Interrupt& interrupt) try {
  const Failure too_slow = {
      .cause = Cause::unavailable,
      .what = fmt::format("The check was not done after {} s, and was given up.", longest_check.count()),
      .remedy = "What it waited for is what a job would wait for: a service, a tool, or a file system."};
  wait_for(std::chrono::milliseconds(0), interrupt);  // most checks do not look
  return check.run(patient, with_deadline(interrupt, longest_check, too_slow));
} catch (const std::exception& error) {
  const Failure failure = fault_of(error);
  if (is_signal(failure.cause)) throw;
  return failed(failure);
}

}  // namespace

std::vector<Finding> examine(const Options& options, const Interrupt& interrupt) {
  Patient patient = {.options = options, .secrets = Secrets(options.environment)};
  std::vector<Finding> findings;
  for (const Check& check : checks) {
    Finding finding = run(check, patient, interrupt);
    finding.name = check.name;
    finding.what = patient.secrets.masked(finding.what);
    finding.remedy = patient.secrets.masked(finding.remedy);
    findings.push_back(std::move(finding));
  }
  return findings;
}

bool has_failed(const std::vector<Finding>& findings) {
  return std::ranges::find(findings, Verdict::failed, &Finding::verdict) != findings.end();
}

}  // namespace sm_train
