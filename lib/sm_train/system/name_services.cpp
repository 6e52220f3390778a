#include "sm_train/system/name_services.hpp"

#ifdef SM_TRAIN_STATIC
#include <nss.h>
#endif

namespace sm_train {

void use_own_name_services() {
#ifdef SM_TRAIN_STATIC
  // The one database that is asked: no user, group or service is looked up.
  __nss_configure_lookup("hosts", "files dns");
#endif
}

}  // namespace sm_train
