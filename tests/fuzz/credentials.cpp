// What a service that gives credentials answers.

#include <string>

#include "sm_train/aws/credentials_answer.hpp"
#include "support.hpp"

namespace sm_train::fuzz {

void check(std::string_view input) {
  const std::string service = "The service";
  const auto refusal = refusal_of({Cause::bad_data}, [&] {
    const Credentials credentials = parse_credentials(input, service);
    require(!credentials.access_key_id.empty() && !credentials.secret_access_key.empty(),
            "credentials are a pair of keys");
  });
  const auto of_no_answer = refusal_of({Cause::bad_data}, [&] { parse_credentials("", service); });
  require(!refusal || refusal->what == of_no_answer->what, "a refusal does not quote the answer");
}

}  // namespace sm_train::fuzz
