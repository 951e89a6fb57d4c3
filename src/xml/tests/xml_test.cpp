#include <gmock/gmock.h>

#include "headroom/xml/build.h"
#include "headroom/xml/document.h"

namespace headroom::xml {
namespace {

using ::testing::SizeIs;

TEST(Xml, IsReadByPathsAndWhatIsNotThereIsEmpty) {
  const auto d = Document::parse("<a n='7' big='99999999999999999999'><b> x <c k='v'/></b><b>2</b></a>", "test");
  ASSERT_TRUE(d) << d.error().message;
  EXPECT_EQ(d->root().number("n"), 7);
  EXPECT_EQ(d->root().number("big"), std::nullopt);
  EXPECT_EQ(d->root().at("b/c").attribute("k"), "v");
  EXPECT_EQ(d->root().child("b").text(), "x");
  EXPECT_THAT(d->root().children("b"), SizeIs(2));
  EXPECT_EQ(d->root().children("b")[1].number(), 2);
  EXPECT_THAT(d->root().all(), SizeIs(4));
  const Element none = d->root().at("b/nobody/there");
  EXPECT_FALSE(none);
  EXPECT_EQ(none.attribute("k"), "");
  EXPECT_EQ(none.text(), "");
  EXPECT_FALSE(none.child("b"));
  EXPECT_THAT(none.all(), SizeIs(0));
}

TEST(Xml, KeepsNamespacesApart) {
  const auto d = Document::parse("<m xmlns:n='urn:n'><n:x/><x/></m>", "test");
  ASSERT_TRUE(d);
  EXPECT_EQ(d->root().children("x")[0].name_space(), "urn:n");
  EXPECT_EQ(d->root().children("x")[1].name_space(), "");
}

TEST(Xml, RefusesWhatIsNotSound) {
  EXPECT_EQ(Document::parse("<a>", "domain").error().message, "domain: this is no well-formed XML");
  EXPECT_EQ(Document::parse("", "domain").error().message, "domain: this is no well-formed XML");
  EXPECT_EQ(Document::parse("<!DOCTYPE d [<!ENTITY f SYSTEM 'file:///etc/hostname'>]><d>&f;</d>", "domain").error().message,
            "domain: it declares a document type; remove the DOCTYPE");
  EXPECT_EQ(Document::parse(std::string(2048, ' '), "domain", 1024).error().message, "domain: larger than 1 KiB");
}

TEST(Xml, WrittenIsReadBackAsItWas) {
  const std::string text = Build("policy")
                               .attribute("owner", "\"a\" & b")
                               .child("tag", "x < y & z")
                               .child("floor", "", {{"cpu", "2"}})
                               .text();
  const auto d = Document::parse(text, "test");
  ASSERT_TRUE(d) << text;
  EXPECT_EQ(d->root().name(), "policy");
  EXPECT_EQ(d->root().attribute("owner"), "\"a\" & b");
  EXPECT_EQ(d->root().child("tag").text(), "x < y & z");
  EXPECT_EQ(d->root().child("floor").attribute("cpu"), "2");
}

TEST(Xml, HoldsOnlyPrintableText) {
  EXPECT_TRUE(printable("Grüße"));
  EXPECT_FALSE(printable("a\nb"));
  EXPECT_FALSE(printable(std::string("a\0b", 3)));
  EXPECT_FALSE(printable("\xff\xfe"));
}

}  // namespace
}  // namespace headroom::xml
