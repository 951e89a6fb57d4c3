#include "headroom/cost/import.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <random>
#include <sstream>

namespace headroom::cost {
namespace {

const std::string kData = std::string(HEADROOM_SOURCE_DIR) + "/src/cost/tests/data/";

Result<Imported> import_file(const std::string& name, PriceList list) {
  std::ifstream in(kData + name);
  return import_prices(in, list, name);
}

constexpr const char* kAwsHeader =
    "instance_type,vcpu,memory_gib,ondemand_usd_h,res1y_noup_usd_h,res1y_partup_usd_h,res1y_allup_usd_h,"
    "res3y_noup_usd_h,res3y_partup_usd_h,res3y_allup_usd_h\n";

Result<Imported> import_rows(const std::string& rows) {
  std::istringstream in(kAwsHeader + rows);
  return import_prices(in, PriceList::kAws, "p.csv");
}
std::string error_of(const std::string& rows) {
  const auto imported = import_rows(rows);
  return imported ? "accepted" : imported.error().message;
}

TEST(Import, ReadsWhatEc2Published) {
  const auto imported = import_file("aws_excerpt.csv", PriceList::kAws);
  ASSERT_TRUE(imported) << imported.error().message;
  EXPECT_EQ(imported->book.host_types.size(), 10U);
  const HostTypePrice m4 = *imported->book.price_of("m4.4xlarge");
  EXPECT_EQ(m4.price.price_class, PriceClass::kOnDemand);
  EXPECT_EQ(m4.price.usd_per_hour, 0.8);
  EXPECT_EQ(m4.size, Resources(16_cores, 64_GiB));
  EXPECT_EQ(m4.committed(Term::k1y), 0.496);
  EXPECT_EQ(m4.committed(Term::k3yAll), 0.301);
  EXPECT_FALSE(imported->book.price_of("cg1.4xlarge")->committed(Term::k1y)) << "an empty price is not offered";
  EXPECT_EQ(imported->not_on_demand, 0U);
}

TEST(Import, ReadsWhatComputeEnginePublishedAndTurnsMonthsIntoHours) {
  const auto imported = import_file("gcp_excerpt.csv", PriceList::kGcp);
  ASSERT_TRUE(imported) << imported.error().message;
  EXPECT_EQ(imported->book.host_types.size(), 9U);
  EXPECT_EQ(imported->shared, 1U) << "e2-micro: its vCPUs are a share";
  const HostTypePrice n2 = *imported->book.price_of("n2-standard-16");
  EXPECT_EQ(n2.price.usd_per_hour, 0.776944);
  EXPECT_EQ(n2.spot_usd_per_hour, 0.261216);
  EXPECT_NEAR(*n2.committed(Term::k1y), 357.30288 / 730, 1e-12);
  EXPECT_NEAR(*n2.committed(Term::k3y), 255.24304 / 730, 1e-12);
  EXPECT_FALSE(n2.committed(Term::k1yAll));
  EXPECT_FALSE(imported->book.price_of("m2-ultramem-208")->spot_usd_per_hour);
}

TEST(Import, MakesABookThatReadsBackAsTheSame) {
  for (auto [name, list] : {std::pair("aws_excerpt.csv", PriceList::kAws), std::pair("gcp_excerpt.csv", PriceList::kGcp)}) {
    const auto imported = import_file(name, list);
    ASSERT_TRUE(imported);
    const std::string text = write_prices(imported->book, "x");
    const auto again = parse_prices(text, "x.yaml");
    ASSERT_TRUE(again) << again.error().message;
    EXPECT_EQ(write_prices(*again, "x"), text);
    ASSERT_EQ(again->host_types.size(), imported->book.host_types.size());
    for (const auto& [type, price] : imported->book.host_types) {
      EXPECT_EQ(again->host_types.at(type).price.usd_per_hour, price.price.usd_per_hour) << type;
      EXPECT_EQ(again->host_types.at(type).committed_usd_per_hour, price.committed_usd_per_hour) << type;
      EXPECT_EQ(again->host_types.at(type).size, price.size) << type;
    }
  }
}

TEST(Import, TakesQuotesLineBreaksInThemCrlfAByteOrderMarkAndOtherColumns) {
  std::istringstream in("\xEF\xBB\xBF\"instance_type\",\"what \"\"it\"\" is,\r\nfor\",vcpu,memory_gib,ondemand_usd_h,res1y_noup_usd_h,res1y_partup_usd_h,"
                        "res1y_allup_usd_h,res3y_noup_usd_h,res3y_partup_usd_h,res3y_allup_usd_h\r\n"
                        "\r\na,\"x,y\n\"\"z\"\"\",2,8,\"1,5\",,,,,,\r\n");
  const auto imported = import_prices(in, PriceList::kAws, "p.csv");
  ASSERT_FALSE(imported);
  EXPECT_EQ(imported.error().message, "p.csv:4: ondemand_usd_h is '1,5', not a number; mend it or remove the row");
  const auto good = import_rows("a,2,8,\"1.5\",,,,,,\r\n\r\nb,2,8,,,,,,,0.5");
  ASSERT_TRUE(good) << good.error().message;
  EXPECT_EQ(good->book.price_of("a")->price.usd_per_hour, 1.5);
  EXPECT_EQ(good->not_on_demand, 1U);
}

TEST(Import, NamesTheLineOfWhatItRefuses) {
  EXPECT_EQ(error_of("a,2,8,1,,,,,\n"), "p.csv:2: has 9 columns where the header has 10; mend the row or remove it");
  EXPECT_EQ(error_of("a,2,8,1,,,,,,\na,2,8,1,,,,,,\n"), "p.csv:3: the type 'a' is in the table twice; remove one");
  EXPECT_EQ(error_of("a,2,8,-1,,,,,,\n"), "p.csv:2: ondemand_usd_h is '-1', not from 0 to 1000000; mend it or remove the row");
  EXPECT_EQ(error_of("a,2,8,nan,,,,,,\n"), "p.csv:2: ondemand_usd_h is 'nan', not a number; mend it or remove the row");
  EXPECT_EQ(error_of("a,0,8,1,,,,,,\n"), "p.csv:2: vcpu is '0'; a host has more than 0, mend it or remove the row");
  EXPECT_EQ(error_of("a b,2,8,1,,,,,,\n"),
            "p.csv:2: 'a b' is no name of a host type; use letters, digits, '.', '_' and '-', 100 at most");
  EXPECT_EQ(error_of("\"a,2,8,1\n"), "p.csv:2: a quoted field is not closed; add its \"");
  EXPECT_EQ(error_of("a\"b,2,8,1,,,,,,\n"),
            "p.csv:2: has a \" within a field; put the whole field in quotes and double those in it");
  EXPECT_EQ(error_of("\"a\"b,2,8,1,,,,,,\n"), "p.csv:2: has text behind a quoted field; remove it");
  EXPECT_EQ(error_of(std::string("a\0b,2", 5)), "p.csv:2: holds a control character; remove it, or give a file of text");
  EXPECT_EQ(error_of(std::string(70'000, 'x')), "p.csv:2: is over 64 KiB; a quote may be missing, or this is no table");
  EXPECT_EQ(error_of(std::string(300, ',')), "p.csv:2: has more than 256 fields; this is no price list");
  EXPECT_EQ(error_of(""), "p.csv: has no type with a price on demand; fetch it again");
  std::istringstream empty(""), other("machine_type,vcpu\n");
  EXPECT_EQ(import_prices(empty, PriceList::kAws, "p.csv").error().message, "p.csv: is empty; fetch it again");
  EXPECT_EQ(import_prices(other, PriceList::kAws, "p.csv").error().message,
            "p.csv:1: the header has no column 'instance_type'; give another --format than aws, or add the column");
}

// Whatever bytes come, it ends with a book or with one line.
TEST(Import, EndsWithABookOrOneLineOnAnyBytes) {
  const char* given = std::getenv("HEADROOM_SEED");
  const std::uint64_t seed = given != nullptr ? std::strtoull(given, nullptr, 10) : 7;
  std::mt19937_64 random(seed);
  std::ifstream in(kData + "gcp_excerpt.csv");
  const std::string good{std::istreambuf_iterator<char>(in), {}};
  constexpr std::string_view kBytes = "\",\n\r0-.ex\0\xFF";
  std::size_t accepted = 0;
  for (int round = 0; round < 3000; ++round) {
    std::string text = good;
    for (std::size_t n = 1 + random() % 4; n > 0; --n) {
      const std::size_t at = random() % text.size();
      if (random() % 3 == 0) text.erase(at, 1 + random() % 40);
      else text.insert(at, 1, kBytes[random() % kBytes.size()]);
    }
    std::istringstream stream(text);
    const auto imported = import_prices(stream, PriceList::kGcp, "p.csv");
    accepted += imported.has_value();
    if (imported) EXPECT_TRUE(parse_prices(write_prices(imported->book, ""), "p.yaml")) << "HEADROOM_SEED=" << seed << " round " << round;
    else EXPECT_TRUE(imported.error().message.starts_with("p.csv") && imported.error().message.find('\n') == std::string::npos)
        << imported.error().message << " HEADROOM_SEED=" << seed << " round " << round;
  }
  EXPECT_GT(accepted, 100U);
  EXPECT_LT(accepted, 2900U);
}

}  // namespace
}  // namespace headroom::cost
