// Every kind of bad trace gets one message that names the file, the line and the mend.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "../src/files.h"
#include "trace_files.h"

namespace headroom {
namespace {

using testing::AllOf;
using testing::HasSubstr;

Error error_of(const std::vector<std::filesystem::path>& paths) {
  auto fleet = read_fleet(paths);
  EXPECT_FALSE(fleet.has_value());
  return fleet ? Error{ErrorCode::kFailed, "no error"} : fleet.error();
}

struct BadFile {
  const char* title;  // ends the test's name
  std::string content;
  std::string says;  // part of the message
};
void PrintTo(const BadFile& f, std::ostream* out) {
  *out << f.title;
}

class BadTrace : public testing::TestWithParam<BadFile> {};

TEST_P(BadTrace, IsOneClearError) {
  TraceFiles files;
  const auto path = files.write("bad.csv", GetParam().content);
  const Error error = error_of({path});
  EXPECT_EQ(error.code, ErrorCode::kInvalid);
  EXPECT_THAT(error.message, AllOf(HasSubstr("bad.csv"), HasSubstr(GetParam().says)));
  EXPECT_EQ(error.message.find('\n'), std::string::npos);
}

const std::string kGood = kCuratedHeader + "0,2400,1,1024,1,0,0,0,0\n";
std::string curated(const std::string& row) {
  return kGood + row;
}
std::string without_column() {
  std::string h = kCuratedHeader;
  return h.replace(h.find(",net_tx_kbps"), 12, "");
}

INSTANTIATE_TEST_SUITE_P(
    Files, BadTrace,
    testing::Values(
        BadFile{"Empty", "", "is empty"}, BadFile{"Blank", "\n \r\n", "only blank lines"},
        BadFile{"Binary",
                std::string("\x7f"
                            "ELF\0\0\1",
                            7),
                "is binary"},
        BadFile{"GzipWithoutBody", "\x1f\x8b", "cut short"},
        BadFile{"GzipOfGarbage", "\x1f\x8b garbage that is no gzip", "damaged"},
        BadFile{"TruncatedGzip", TraceFiles::gzip(kGood).substr(0, 60), "cut short"},
        BadFile{"GzipWithGarbageBehind", TraceFiles::gzip(kGood) + "garbage", "damaged"},
        BadFile{"WrongHeader", "time,load\n1,2\n", "bad.csv:1: the header 'time,load' is of no known trace"},
        BadFile{"MissingColumn", without_column() + "0,2400,1,1024,1,0,0,0\n", "'net_tx_kbps' is missing"},
        BadFile{"HeaderAlone", kCuratedHeader, "no rows"},
        BadFile{"ShortRow", curated("300,2400,1\n"), "bad.csv:3: has 3 columns where the header has 9"},
        BadFile{"LongRow", curated("300,2400,1,1024,1,0,0,0,0,0\n"), "has 10 columns"},
        BadFile{"Negative", curated("300,2400,-1,1024,1,0,0,0,0\n"), "bad.csv:3: cpu_pct is '-1', negative"},
        BadFile{"Absurd", curated("300,2400,1,1024,1e16,0,0,0,0\n"), "absurdly large"},
        BadFile{"AbsurdPercent", curated("300,2400,1000001,1024,1,0,0,0,0\n"), "absurdly large"},
        BadFile{"OutOfRange", curated("300,2400,1e999,1024,1,0,0,0,0\n"), "out of range"},
        BadFile{"NaN", curated("300,2400,nan,1024,1,0,0,0,0\n"), "not a finite number"},
        BadFile{"Infinity", curated("300,2400,inf,1024,1,0,0,0,0\n"), "not a finite number"},
        BadFile{"Word", curated("300,2400,high,1024,1,0,0,0,0\n"), "'high', not a number"},
        BadFile{"HalfANumber", curated("300,2400,1.2.3,1024,1,0,0,0,0\n"), "not a number"},
        BadFile{"EmptyField", curated("300,2400,,1024,1,0,0,0,0\n"), "cpu_pct is '', empty"},
        BadFile{"StampInMilliseconds", curated("1372629804000,2400,1,1024,1,0,0,0,0\n"),
                "stamps are seconds"},
        BadFile{"NegativeStamp", curated("-300,2400,1,1024,1,0,0,0,0\n"), "bad.csv:3: t is '-300', negative"},
        BadFile{"InfiniteStamp", curated("inf,2400,1,1024,1,0,0,0,0\n"), "not a finite number"},
        BadFile{"StampsFarApart", curated("1372629804,2400,1,1024,1,0,0,0,0\n"), "over 3 years"},
        BadFile{"GwaMissingColumn", "Timestamp [ms];CPU cores\n1;2\n",
                "'CPU capacity provisioned [MHZ]' is missing"},
        BadFile{"GwaShortRow", kGwaHeader + "0;1\n", "has 2 columns"},
        BadFile{"WideDuplicate", "vm,s0\na,1\na,2\n", "bad.csv:3: the VM 'a' is in the table twice"},
        BadFile{"WideWithoutName", "vm,s0\n,1\n", "name the VM"},
        BadFile{"WideControlCharacters", "vm,s0\na\x1b[2J,1\n", "printable"},
        BadFile{"WideControlCharactersLateInALongName", "vm,s0\n" + std::string(60, 'a') + "\x1b[2J,1\n", "printable"},
        BadFile{"WideNameTooLong", "vm,s0\n" + std::string(256, 'a') + ",1\n", "bad.csv:2: the name 'aaa"},
        BadFile{"WideNameTooLongWithItsFile", "vm,s0\n" + std::string(252, 'a') + ",1\n", "256 bytes, over 255"},
        BadFile{"MhzNearZero", kCuratedHeader + "0,1e-300,1,1024,1,0,0,0,0\n300,2400,1,1024,1,0,0,0,0\n",
                "bad.csv:2: cpu_cap_mhz is '1e-300', less than 1 MHz"},
        BadFile{"MhzThatMakeAbsurdlyManyCores", kCuratedHeader + "0,1,1,1024,1,0,0,0,0\n300,1e8,1,1024,1,0,0,0,0\n",
                "bad.csv:3: 1e+08 MHz would be over 10000 cores of 1 MHz"},
        BadFile{"WideShortRow", "vm,s0,s1\na,1\n", "has 2 columns"},
        BadFile{"WideNegative", "vm,s0,s1\na,1,-2\n", "bad.csv:2: s1 is '-2', negative"},
        BadFile{"WideNaN", "vm,s0\na,NaN\n", "not a finite number"},
        BadFile{"WideHeaderOutOfOrder", "vm,s0,s2\na,1,2\n", "'s2' and should be s1"},
        BadFile{"WideWithoutRows", "vm,s0\n", "no rows"}),
    [](const auto& info) { return info.param.title; });

TEST(BadPath, ThatDoesNotExistIsNotFound) {
  EXPECT_EQ(error_of({"/nonexistent/traces"}).code, ErrorCode::kNotFound);
}

TEST(BadPath, WithoutAnyTraceIsInvalid) {
  TraceFiles files;
  files.write("README.md", "text");
  EXPECT_THAT(error_of({files.root()}).message, HasSubstr("holds no trace"));
  EXPECT_EQ(error_of({}).code, ErrorCode::kInvalid);
}

TEST(BadPath, ThatIsALinkToItselfIsInvalid) {
  TraceFiles files;
  std::filesystem::create_symlink("loop.csv", files.root() / "loop.csv");
  EXPECT_EQ(error_of({files.root() / "loop.csv"}).code, ErrorCode::kInvalid);
  EXPECT_THAT(error_of({files.root()}).message, HasSubstr("leads nowhere"));
}

TEST(BadPath, ThatIsADeviceIsInvalid) {
  EXPECT_THAT(error_of({"/dev/null"}).message, HasSubstr("neither a file nor a directory"));
}

TEST(BadPath, WithControlCharactersIsOneLine) {
  TraceFiles files;
  files.write("a\n\x1b[2J.csv", kGood);
  const Error error = error_of({files.root()});
  EXPECT_EQ(error.code, ErrorCode::kInvalid);
  EXPECT_THAT(error.message, HasSubstr("a??[2J.csv: the name has control characters"));
}

// A gzip of 300 MiB would by the usual reckoning need a larger buffer than any text may have.
TEST(BufferOfAGzip, GrowsToTheBoundAndNoFurther) {
  constexpr std::size_t kMost = std::size_t{1} << 30;
  EXPECT_EQ(trace::grown_buffer(0, 300 << 20, kMost), kMost);
  EXPECT_EQ(trace::grown_buffer(0, 1000, kMost), 9096u);
  EXPECT_EQ(trace::grown_buffer(1 << 20, 1000, kMost), std::size_t{2} << 20);
}

TEST(BadMeta, NamesItsLine) {
  TraceFiles files;
  files.write("meta.csv", "vm,cores\n1,0\n");
  files.write("vm_1.csv", kGood);
  EXPECT_THAT(error_of({files.root()}).message,
              AllOf(HasSubstr("meta.csv:2"), HasSubstr("whole number from 1")));
}

TEST(BadFleet, OfMonthsThatLieFarApartIsInvalid) {
  TraceFiles files;
  files.write("a/vm.csv", kGood);
  files.write("b/vm.csv", kCuratedHeader + "1372629804,2400,1,1024,1,0,0,0,0\n");
  EXPECT_THAT(error_of({files.root() / "a", files.root() / "b"}).message, HasSubstr("over 3 years"));
}

}  // namespace
}  // namespace headroom
