#include "sm_train/contract/secrets.hpp"

#include <algorithm>
#include <array>
#include <cctype>

#include "sm_train/contract/python_text.hpp"
#include "sm_train/contract/unicode.hpp"

namespace sm_train {

namespace {

constexpr auto npos = std::string_view::npos;

constexpr std::array<std::string_view, 6> words_of_passwords = {"SECRET", "PASSW",      "PWD",
                                                                "BEARER", "PASSPHRASE", "CREDENTIAL"};
constexpr std::array<std::string_view, 3> words_of_keys = {"TOKEN", "KEY", "AUTH"};
constexpr std::array<std::string_view, 7> harmless_words = {"TOKENIZ",  "KEYPOINT", "KEYWORD", "KEYSPACE",
                                                            "KEYBOARD", "MONKEY",   "AUTHOR"};

constexpr std::array<std::string_view, 4> variables_of_aws = {
    "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_SECURITY_TOKEN", "AWS_CONTAINER_AUTHORIZATION_TOKEN"};

// Less than this is an ordinary word, and a text that lacks its ordinary words says nothing.
constexpr std::size_t least_aws_characters = 6;
constexpr std::size_t least_hyperparameter_characters = 6;
constexpr std::size_t least_characters = 12;
// Token budgets and the like have fewer digits than a numeric key.
constexpr std::size_t most_number_characters = 8;

constexpr std::array<std::string_view, 3> parameters_of_presigned_urls = {
    "X-Amz-Signature=", "X-Amz-Security-Token=", "X-Goog-Signature="};

std::string upper(std::string_view text) {
  std::string result(text);
  std::transform(result.begin(), result.end(), result.begin(),
                 [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return result;
}

/// The name in upper case, its harmless words blanked out.
std::string essence(std::string_view name) {
  if (name == "PWD" || name == "OLDPWD") return "";  // a shell's directories
  std::string text = upper(name);
  for (const std::string_view word : harmless_words)
    for (std::size_t at = text.find(word); at != npos; at = text.find(word, at + 1)) {
      const bool is_authorization = text.compare(at, 7, "AUTHORI") == 0;
      if (!is_authorization) text.replace(at, word.size(), word.size(), ' ');
    }
  return text;
}

template <std::size_t count>
bool holds_one_of(const std::string& text, const std::array<std::string_view, count>& words) {
  return std::any_of(words.begin(), words.end(),
                     [&](std::string_view word) { return text.find(word) != npos; });
}

bool has_digit_and_letter(std::string_view value) {
  const auto is_digit = [](unsigned char c) { return std::isdigit(c) != 0; };
  const auto is_letter = [](unsigned char c) { return std::isalpha(c) != 0; };
  return std::any_of(value.begin(), value.end(), is_digit) &&
         std::any_of(value.begin(), value.end(), is_letter);
}

bool is_password_name(std::string_view name) {
  return holds_one_of(essence(name), words_of_passwords);
}

bool is_number(std::string_view value) {
  return value.find_first_not_of("0123456789+-.eE") == npos && value.find_first_of("0123456789") != npos;
}

bool is_path_or_url(std::string_view value) {
  // Base64 may begin with a slash too.
  const bool is_path =
      value.starts_with('/') && value.find('/', 1) != npos && value.find_first_of("+=") == npos;
  return is_path || value.find("://") != npos;
}

bool is_credential(std::string_view name, std::string_view value) {
  if (std::find(variables_of_aws.begin(), variables_of_aws.end(), name) != variables_of_aws.end())
    return value.size() >= least_aws_characters;
  if (value.size() < least_characters || is_path_or_url(value) || !is_secret(name, value)) return false;
  return is_password_name(name) || !name.starts_with("SM_HP_") || has_digit_and_letter(value);
}

bool is_secret_hyperparameter(std::string_view name, std::string_view value) {
  if (value.size() < least_hyperparameter_characters || is_path_or_url(value)) return false;
  return is_secret(name, value) && (is_password_name(name) || has_digit_and_letter(value));
}

/// What to look for: a text is shown in lines, so a private key of many lines is looked for by each.
void add_lines(std::string_view value, std::vector<std::string>& lines) {
  const bool is_one_line = value.find('\n') == npos;
  while (!value.empty()) {
    const std::size_t end = std::min(value.find('\n'), value.size());
    std::string_view line = value.substr(0, end);
    value.remove_prefix(std::min(end + 1, value.size()));
    if (line.ends_with('\r')) line.remove_suffix(1);
    const bool is_worth_it = is_one_line || (line.size() >= least_characters && !line.starts_with("-----"));
    // One that starts within a character would break it.
    if (is_worth_it && !find_invalid_utf8(line)) lines.emplace_back(line);
  }
}

/// As JSON writers that leave other alphabets alone do.
std::string json_spelling(std::string_view text) {
  std::string spelled;
  for (const char c : text) {
    if (c == '"' || c == '\\') spelled += '\\';
    spelled += c;
  }
  return spelled;
}

void add_spellings(const std::string& value, std::vector<std::string>& spellings) {
  add_lines(value, spellings);
  if (find_invalid_utf8(value)) return;
  for (const std::string& quoted : {python_repr(value), python_json(value)})
    spellings.push_back(quoted.substr(1, quoted.size() - 2));
  add_lines(json_spelling(value), spellings);
}

void add_hyperparameter(std::string_view name, const Value& value, std::vector<std::string>& spellings) {
  if (const Dict* dict = value.dict()) {
    // Of "credentials" all is secret.
    for (const auto& [key, item] : *dict)
      add_hyperparameter(is_password_name(name) && !is_secret_name(key) ? name : key, item, spellings);
  } else if (const List* list = value.list()) {
    for (const Value& item : *list) add_hyperparameter(name, item, spellings);
  } else if (const std::string text = python_str(value); is_secret_hyperparameter(name, text)) {
    add_spellings(text, spellings);
  }
}

/// How many bytes of userinfo follow "://" at the start of a text; 0 where there is none.
std::size_t userinfo_at(std::string_view text) {
  constexpr std::string_view mark = "://";
  if (!text.starts_with(mark)) return 0;
  text.remove_prefix(mark.size());
  const std::size_t end = text.find_first_of("/?#\\ \t\r\n\"'`<>");
  const std::size_t at = text.substr(0, end).rfind('@');
  return at == npos ? 0 : at;
}

/// How many bytes the name of a presigned URL's secret parameter has at the start of a text, with its "=".
std::size_t secret_parameter_at(std::string_view text) {
  for (const std::string_view name : parameters_of_presigned_urls)
    if (text.starts_with(name)) return name.size();
  return 0;
}

}  // namespace

bool is_secret_name(std::string_view name) {
  const std::string text = essence(name);
  return holds_one_of(text, words_of_passwords) || holds_one_of(text, words_of_keys);
}

bool is_secret(std::string_view name, std::string_view value) {
  constexpr std::array<std::string_view, 7> constants = {"",     "True",  "False", "None",
                                                         "true", "false", "null"};
  if (!is_secret_name(name) || std::find(constants.begin(), constants.end(), value) != constants.end())
    return false;
  return is_password_name(name) || value.size() > most_number_characters || !is_number(value);
}

Secrets::Secrets(const EnvVars& environment, const Dict& hyperparameters) {
  for (const auto& [name, value] : environment)
    if (is_credential(name, value)) add_spellings(value, values_);
  for (const auto& [name, value] : hyperparameters) add_hyperparameter(name, value, values_);
  std::sort(values_.begin(), values_.end(), [](const std::string& a, const std::string& b) {
    return a.size() != b.size() ? a.size() > b.size() : a < b;
  });
  values_.erase(std::unique(values_.begin(), values_.end()), values_.end());
}

std::string Secrets::masked(std::string_view text) const {
  std::string result;
  result.reserve(text.size());
  const auto keep = [&](std::size_t bytes) {
    result += text.substr(0, bytes);
    text.remove_prefix(bytes);
  };
  const auto mask = [&](std::size_t bytes) {
    result += secret_mask;
    text.remove_prefix(bytes);
  };
  while (!text.empty()) {
    const auto value = std::find_if(values_.begin(), values_.end(),
                                    [&](const std::string& secret) { return text.starts_with(secret); });
    if (value != values_.end()) {
      mask(value->size());
    } else if (const std::size_t userinfo = userinfo_at(text)) {
      keep(std::string_view("://").size());
      mask(userinfo);
    } else if (const std::size_t name = secret_parameter_at(text)) {
      keep(name);
      mask(std::min(text.find_first_of("& \t\r\n\"'`<>)"), text.size()));
    } else {
      keep(1);
    }
  }
  return result;
}

}  // namespace sm_train
