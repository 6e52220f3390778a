#include "sm_train/aws/xml.hpp"

#include "catch.hpp"

using sm_train::xml_element;
using sm_train::xml_elements;

TEST_CASE("an element's text is found by its name, its entities replaced") {
  CHECK(xml_element("<A xmlns=\"x\"><B>1</B><Code>x</Code></A>", "Code") == "x");
  CHECK(xml_element("<M>&lt;a&gt; &amp;lt; &quot;&apos; &nbsp; &</M>", "M") == "<a> &lt; \"' &nbsp; &");
}

TEST_CASE("an element that is missing or not closed is empty") {
  CHECK(xml_element("<Codes>x</Codes>", "Code").empty());
  CHECK(xml_element("<Code>x", "Code").empty());
  CHECK(xml_element("", "Code").empty());
}

TEST_CASE("the elements of one name are found in their order, to the letter") {
  CHECK(xml_elements("<L><C><K>1</K></C><C>&amp;</C><D>x</D><C></C><C>cut", "C") ==
        std::vector<std::string_view>{"<K>1</K>", "&amp;", ""});
  CHECK(xml_elements("", "C").empty());
}
