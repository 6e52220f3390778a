#include "sm_train/aws/xml.hpp"

#include "catch.hpp"

using sm_train::xml_element;

TEST_CASE("an element's text is found by its name, its entities replaced") {
  CHECK(xml_element("<A xmlns=\"x\"><B>1</B><Code>x</Code></A>", "Code") == "x");
  CHECK(xml_element("<M>&lt;a&gt; &amp;lt; &quot;&apos; &nbsp; &</M>", "M") == "<a> &lt; \"' &nbsp; &");
}

TEST_CASE("an element that is missing or not closed is empty") {
  CHECK(xml_element("<Codes>x</Codes>", "Code").empty());
  CHECK(xml_element("<Code>x", "Code").empty());
  CHECK(xml_element("", "Code").empty());
}
