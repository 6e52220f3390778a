#pragma once

#include <string>

namespace sm_train {

/// sm-train(1), made of the table of commands, in the language of man(7).
std::string man_page();

}  // namespace sm_train
