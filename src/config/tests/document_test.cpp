#include "headroom/config/document.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "headroom/config/format.h"

namespace headroom::config {
namespace {

std::string why_not(std::string_view text) {
  const Result<Document> document = parse(text, "x.yaml");
  return document ? "accepted" : document.error().message;
}

TEST(Document, RefusesWhatIsNotText) {
  EXPECT_EQ(why_not(std::string("a: 1\n\0b", 7)), "x.yaml:2: a NUL byte: this is not a text file");
  EXPECT_EQ(why_not("a: \x01"), "x.yaml:1: control character 0x01; remove it");
  EXPECT_EQ(why_not("a: 1\nb: \xc0\xaf"), "x.yaml:2: byte 0xc0 is not valid UTF-8; save the file as UTF-8");
  EXPECT_EQ(why_not("a: \xed\xa0\x80"), "x.yaml:1: byte 0xed is not valid UTF-8; save the file as UTF-8");
  EXPECT_EQ(why_not("a: \xe2\x82"), "x.yaml:1: byte 0xe2 is not valid UTF-8; save the file as UTF-8");
  EXPECT_EQ(why_not("a: \xf0\x9f\x9a\x80 \xe2\x82\xac \xc3\xa9"), "accepted");
}

TEST(Document, RefusesAnEmptyFile) {
  EXPECT_EQ(why_not(""), "x.yaml: the file is empty");
  EXPECT_EQ(why_not("# only a comment\n"), "x.yaml: the file is empty");
  EXPECT_EQ(why_not("---\n"), "x.yaml: the file is empty");
}

TEST(Document, RefusesAFileOfMoreThanAMebibyte) {
  EXPECT_EQ(why_not(std::string(kMaxFileBytes + 1, '#')), "x.yaml: larger than 1024 KiB");
  EXPECT_EQ(why_not("a: 1\n" + std::string(kMaxFileBytes - 5, '#')), "accepted");
}

TEST(Document, RefusesAliasesSoThatASmallFileCannotBecomeALargeOne) {
  const std::string laughs = "a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n";
  EXPECT_EQ(why_not(laughs),
            "x.yaml:1: anchors and aliases (& and *) are not supported; write the value out");
  EXPECT_EQ(why_not("a: *nowhere"), "x.yaml:1: not valid YAML: the referenced anchor is not defined");
}

TEST(Document, RefusesDeepNestingAndTooManyValues) {
  EXPECT_EQ(why_not("a: " + std::string(40, '[') + std::string(40, ']')), "x.yaml:1: nested more than 32 levels deep");
  EXPECT_THAT(why_not("a: " + std::string(500'000, '[')), testing::StartsWith("x.yaml:1: "));
  std::string many = "a:\n";
  for (int i = 0; i < 100'001; ++i) many += "- 1\n";
  EXPECT_EQ(why_not(many), "x.yaml:99999: more than 100000 values");
}

TEST(Document, RefusesAKeyThatStandsTwice) {
  EXPECT_EQ(why_not("a: 1\nb: 2\na: 3\n"), "x.yaml:3: key 'a' is already given in line 1; keep one of the two");
}

TEST(Document, RefusesTagsSeveralDocumentsAndBrokenYaml) {
  EXPECT_EQ(why_not("a: !!binary aGk="), "x.yaml:1: tags ('tag:yaml.org,2002:binary') are not supported");
  EXPECT_EQ(why_not("a: 1\n---\nb: 2\n"),
            "x.yaml: more than one YAML document; remove what follows the second '---'");
  EXPECT_EQ(why_not("a: [1, 2\nb: 3"), "x.yaml:2: not valid YAML: end of sequence flow not found");
  EXPECT_EQ(why_not("[1, 2]: 3"), "x.yaml:1: a key must be a word, not a list or a map");
}

TEST(Document, KeepsQuotedTextAsItIs) {
  auto document = parse("a: \"80 %\"\n'b': ok\n", "x.yaml");
  ASSERT_TRUE(document);
  Section top = document->root("a file");
  double a = 0;
  std::string b;
  top.required("a", a, percent());
  top.required("b", b, text());
  EXPECT_TRUE(document->finish());
  EXPECT_EQ(a, 0.8);
  EXPECT_EQ(b, "ok");
}

TEST(Document, ThatIsNotThereIsNotFoundAndADirectoryIsNoFile) {
  const auto missing = load("no/such/file.yaml");
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, ErrorCode::kNotFound);
  EXPECT_EQ(missing.error().message, "no/such/file.yaml: no such file");
  const auto directory = load(HEADROOM_SOURCE_DIR);
  ASSERT_FALSE(directory);
  EXPECT_EQ(directory.error().code, ErrorCode::kInvalid);
  EXPECT_THAT(directory.error().message, testing::EndsWith(": not a regular file"));
}

TEST(Document, NeedsAMapAtTheTop) {
  auto document = parse("[1, 2]", "x.yaml");
  ASSERT_TRUE(document);
  Section top = document->root("a rules file");
  int unused = 7;
  top.required("a", unused, integer(0, 9));
  EXPECT_EQ(document->finish().error().message, "x.yaml:1: a rules file is a map of keys, but this is a list");
}

}  // namespace
}  // namespace headroom::config
