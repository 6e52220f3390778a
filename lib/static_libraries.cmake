# What static libraries are made with is not said in them.
find_package(BZip2 REQUIRED)
find_package(LibLZMA REQUIRED)
find_library(ZSTD_LIBRARY zstd REQUIRED)
target_link_libraries(LibArchive::LibArchive INTERFACE BZip2::BZip2 LibLZMA::LibLZMA ${ZSTD_LIBRARY} ZLIB::ZLIB)
target_link_libraries(CURL::libcurl INTERFACE OpenSSL::SSL)
