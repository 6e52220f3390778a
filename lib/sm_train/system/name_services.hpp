#pragma once

namespace sm_train {

/// Keeps a static program to the name services that are part of it: /etc/hosts, and DNS. glibc would load
/// others (LDAP, mDNS, ...) as the image's nsswitch.conf says, and those are of the image's C library.
/// Nothing happens in a program that is linked dynamically. To be called before any name is looked up.
void use_own_name_services();

}  // namespace sm_train
