#include "sm_train/system/pseudo_terminal.hpp"

#include <cstdlib>
#include <fcntl.h>
#include <sys/ioctl.h>
#include <termios.h>

namespace sm_train {

std::optional<PseudoTerminal> open_pseudo_terminal(int like) {
  PseudoTerminal made;
  made.ours.reset(posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC));
  if (!made.ours || grantpt(made.ours.get()) != 0 || unlockpt(made.ours.get()) != 0) return {};
  // Not by its name, which may be that of another one in another mount of devpts.
  made.theirs.reset(ioctl(made.ours.get(), TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC));
  if (!made.theirs) return {};

  termios settings = {};
  if (tcgetattr(like, &settings) == 0) {
    settings.c_oflag &= ~static_cast<tcflag_t>(OPOST);
    tcsetattr(made.theirs.get(), TCSANOW, &settings);
  }
  copy_window_size(like, made.theirs.get());
  return made;
}

void copy_window_size(int from, int to) {
  winsize size = {};
  if (ioctl(from, TIOCGWINSZ, &size) == 0) ioctl(to, TIOCSWINSZ, &size);
}

}  // namespace sm_train
