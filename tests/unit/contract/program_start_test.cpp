#include "sm_train/contract/program_start.hpp"

#include "catch.hpp"

using namespace sm_train;

using Kind = ProgramStart::Kind;

TEST_CASE("how a file begins is told as the kernel and a shell would") {
  struct Row {
    std::string head;
    Kind kind;
    std::string shebang;
  };
  const auto row = GENERATE(values<Row>({
      {"#!/bin/sh\necho\n", Kind::shebang, "/bin/sh"},
      {"#! /usr/bin/awk -f \t\n", Kind::shebang, "/usr/bin/awk -f"},
      {"#!/bin/sh", Kind::shebang, "/bin/sh"},
      {"#!/bin/sh\r\n", Kind::shebang, "/bin/sh\r"},
      {"#!", Kind::shebang, ""},
      {std::string("\x7F") + "ELF\x02\x01", Kind::elf, ""},
      {"", Kind::text, ""},
      {"echo hello\n", Kind::text, ""},
      {"\n#!/bin/sh\n", Kind::text, ""},
      {"\xEF\xBB\xBF#!/bin/sh\n", Kind::text, ""},
      {std::string("tail -n +3 $0\nexit\n\0\0", 21), Kind::text, ""},
      {std::string("PK\x03\x04\x14\0\0\0", 8), Kind::other, ""},
      {std::string("#\0!\0/\0", 6), Kind::other, ""},
  }));
  CAPTURE(row.head);
  const ProgramStart start = program_start(row.head);
  CHECK(start.kind == row.kind);
  CHECK(start.shebang == row.shebang);
}

TEST_CASE("a carriage return in the first line is told where it becomes part of the interpreter's name") {
  struct Row {
    std::string line;
    bool is_dos;
  };
  const auto row = GENERATE(values<Row>({
      {"#!/bin/sh\r\n", true},
      {"#! /bin/sh\r\n", true},
      {"#!/usr/bin/env python3\r\n", true},
      {"#!/usr/bin/env\tpython3\r\n", true},
      {"#!/usr/bin/perl -w\r\n", false},
      {"#!/usr/bin/env -S python3 -u\r\n", false},
      {"#!/bin/sh\necho\r\n", false},
      {"echo\r\n", false},
      {"", false},
  }));
  CAPTURE(row.line);
  CHECK(has_dos_shebang(program_start(row.line)) == row.is_dos);
}
