// What waits for a chunk, as records and as rows of the log; the first version's rows too.
#include <gtest/gtest.h>
#include <rocksdb/db.h>

#include <map>
#include <random>

#include "../src/keys.h"
#include "../src/log_row.h"
#include "random_samples.h"
#include "stores.h"

namespace headroom::history {
namespace {

std::string records_of(const std::vector<StoredSample>& samples) {
  Waiting waiting;
  for (const StoredSample& s : samples) waiting.add(s);
  return waiting.records;
}

// As agents report: whole millicores, memory in KiB, bytes a second, every 10 s.
std::vector<StoredSample> reports(std::size_t count, std::mt19937_64& random) {
  std::vector<StoredSample> samples;
  for (std::size_t i = 0; i < count; ++i) {
    StoredSample s;
    s.at_ms = 1'700'000'000'000 + static_cast<std::int64_t>(i) * 10'000;
    const auto some = [&](std::uint64_t most) { return static_cast<std::int64_t>(random() % most); };
    s.used = {(500 + some(50)) * 1000, (4'000'000 + some(500)) * 1024 * 1000, (100'000 + some(8000)) * 1000, (50'000 + some(8000)) * 1000};
    samples.push_back(s);
  }
  return samples;
}

TEST(Records, GiveBackTheirSamplesInTheOrderTheyCame) {
  std::mt19937_64 random(10);
  auto samples = random_samples(300, random);
  std::shuffle(samples.begin(), samples.end(), random);   // late ones, and some twice
  samples.insert(samples.end(), samples.begin(), samples.begin() + 20);
  std::vector<StoredSample> out;
  ASSERT_TRUE(read_records(records_of(samples), out));
  EXPECT_EQ(out, samples);
}

TEST(Records, OfReportsTakeElevenBytesEachOnAverage) {
  std::mt19937_64 random(11);
  EXPECT_LE(records_of(reports(120, random)).size(), 120u * 11);
}

TEST(Records, ThatAreCutShortOrBeginInTheMiddleAreRefused) {
  std::mt19937_64 random(12);
  const auto samples = random_samples(5, random);
  const std::string records = records_of(samples);
  const std::string first = records_of({samples.front()});
  std::vector<StoredSample> out;
  EXPECT_FALSE(read_records(std::string_view(records).substr(0, records.size() - 1), out));
  EXPECT_FALSE(read_records(std::string_view(records).substr(first.size()), out));
}

// VM 13 does not count.
using Found = std::map<std::uint32_t, Waiting>;
using FoundMarks = std::map<std::uint32_t, std::string>;
bool read_into(Found& found, std::string_view row) {
  return read_row(row, [&](std::uint32_t vm) { return vm == 13 ? nullptr : &found[vm]; }, [](std::uint32_t) { return nullptr; });
}
bool read_into(FoundMarks& found, std::string_view row) {
  return read_row(row, [](std::uint32_t) { return nullptr; }, [&](std::uint32_t vm) { return vm == 13 ? nullptr : &found[vm]; });
}
std::vector<StoredSample> samples_of(const Waiting& waiting) {
  std::vector<StoredSample> samples;
  EXPECT_TRUE(read_records(waiting.records, samples));
  EXPECT_EQ(samples.size(), waiting.count);
  return samples;
}

TEST(LogRow, OfReportsIsReadOnFromTheRowsBeforeIt) {
  std::mt19937_64 random(13);
  const std::vector<std::uint32_t> numbers{99'999, 7, 13};
  std::map<std::uint32_t, std::vector<StoredSample>> sent;
  std::map<std::uint32_t, RecordBase> bases;
  for (const std::uint32_t vm : numbers) sent[vm] = random_samples(40, random);
  Found found;
  for (std::size_t i = 0; i < 40; i += 8) {
    RowWriter row = RowWriter::reports();
    for (std::size_t k = i; k < i + 8; ++k)
      for (const std::uint32_t vm : numbers) {
        std::string record;
        put_record(record, sent[vm][k], bases[vm]);
        row.add(vm, record);
      }
    ASSERT_TRUE(read_into(found, row.bytes()));
  }
  EXPECT_EQ(found.size(), 2u);
  for (const auto& [vm, waiting] : found) EXPECT_EQ(samples_of(waiting), sent[vm]);
}

TEST(LogRow, OfGroupsTakesUpWhereItsVmsRecordsBegan) {
  std::mt19937_64 random(14);
  const auto first = random_samples(5, random), second = random_samples(9, random);
  std::string row;
  put_group(row, 1, records_of(first));
  put_group(row, 13, records_of(first));
  put_group(row, 2, records_of(second));
  Found found;
  ASSERT_TRUE(read_into(found, row));
  EXPECT_EQ(samples_of(found[1]), first);
  EXPECT_EQ(samples_of(found[2]), second);
}

TEST(LogRow, ThatIsCutShortIsOfAnotherKindOrAgainstNothingIsRefused) {
  std::mt19937_64 random(15);
  const std::string records = records_of(random_samples(3, random));
  std::string row;
  put_group(row, 1, records);
  Found found;
  EXPECT_FALSE(read_into(found, std::string_view(row).substr(0, row.size() - 1)));
  EXPECT_FALSE(read_into(found, ""));
  row[0] = 'x';
  EXPECT_FALSE(read_into(found, row));
  RecordBase base;
  base.known = true;
  std::string record;
  put_record(record, random_samples(1, random).front(), base);
  RowWriter reports = RowWriter::reports();
  reports.add(5, record);
  EXPECT_FALSE(read_into(found, reports.bytes()));
}

TEST(LogRow, OfMarksIsWhatChangedSinceTheOnesBefore) {
  std::mt19937_64 random(17);
  FoundMarks sent{{4, ""}, {13, "x"}, {2'000'000, std::string(255, 'y')}}, found;
  for (int round = 0; round < 500; ++round) {
    RowWriter row = RowWriter::marks();
    for (auto& [vm, mark] : sent) {
      const std::string before = mark;
      if (random() % 20 == 0) mark = std::string(random() % 256, static_cast<char>(random()));
      for (std::uint64_t i = random() % 5; i > 0 && !mark.empty(); --i) mark[random() % mark.size()] = static_cast<char>(random());
      std::string change;
      put_mark_change(change, round == 0 ? nullptr : &before, mark);
      row.add(vm, change);
    }
    ASSERT_TRUE(read_into(found, row.bytes()));
    EXPECT_EQ(found[4], sent[4]);
    EXPECT_EQ(found[2'000'000], sent[2'000'000]);
  }
}

// As who receives reports writes it: an id, a counter and a time, 32 bytes.
TEST(LogRow, OfMarksTakesElevenBytesWhereACounterAndATimeWentOn) {
  std::string before(32, 'i'), after = before, change;
  after[23] = 1;
  after[29] = after[30] = after[31] = 2;
  put_mark_change(change, &before, after);
  EXPECT_LE(change.size(), 9u);
}

TEST(LogRow, OfMarksThatAreCutShortOrReachTooFarIsRefused) {
  std::string before(32, 'i'), after = before, whole, change;
  after[5] = after[31] = 'x';
  put_mark_change(whole, nullptr, before);
  put_mark_change(change, &before, after);
  for (const std::string& entry : {whole, change})
    for (std::size_t size = 0; size < entry.size(); ++size) {
      RowWriter row = RowWriter::marks();
      row.add(1, entry.substr(0, size));
      FoundMarks found{{1, before}};
      EXPECT_FALSE(read_into(found, row.bytes())) << size;
    }
  RowWriter row = RowWriter::marks();
  row.add(1, change);
  FoundMarks shorter{{1, before.substr(1)}};
  EXPECT_FALSE(read_into(shorter, row.bytes()));
}

class RawDatabase {
 public:
  explicit RawDatabase(const std::string& directory) {
    rocksdb::DBOptions options;
    options.create_if_missing = options.create_missing_column_families = true;
    rocksdb::DB* db = nullptr;
    EXPECT_TRUE(rocksdb::DB::Open(options, directory, {{"default", {}}, {"chunks", {}}, {"log", {}}}, &families_, &db).ok());
    db_.reset(db);
  }
  ~RawDatabase() {
    for (auto* family : families_) db_->DestroyColumnFamilyHandle(family);
  }
  void put(std::size_t family, const std::string& key, const std::string& value) { EXPECT_TRUE(db_->Put({}, families_[family], key, value).ok()); }

 private:
  std::unique_ptr<rocksdb::DB> db_;
  std::vector<rocksdb::ColumnFamilyHandle*> families_;
};

std::string big_endian(std::uint64_t value, int bytes) {
  std::string out;
  for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8) out.push_back(static_cast<char>(value >> shift));
  return out;
}

// A row as the first version wrote it: VM 0, two samples whole, the second with cpu held back.
std::string first_version_row() {
  std::string records;
  for (const std::int64_t at_ms : {10'000, 20'000}) {
    const bool held_back = at_ms == 20'000;
    records.push_back(held_back ? '\x11' : '\x10');
    put_varint(records, static_cast<std::uint64_t>(at_ms));
    for (const std::uint64_t used : {100'000UL, 4'096'000'000UL, 1'500'500UL, 125UL}) put_varint(records, used);
    if (held_back) put_varint(records, 250);
  }
  std::string row;
  put_varint(row, 0);
  put_varint(row, records.size());
  return row + records;
}

TEST(OpenedHistory, GoesOnWithALogOfTheFirstVersion) {
  Folder directory;
  {
    RawDatabase raw(directory.path());
    raw.put(0, "vold", big_endian(0, 4));
    raw.put(2, big_endian(1, 8), first_version_row());
  }
  for (int pass = 0; pass < 3; ++pass) {
    const auto store = open_or_fail(directory.path());
    if (pass < 2) append_one(*store, "old", sample_at(30 + 10 * pass, 7));
    const auto samples = all_of(*store, "old");
    ASSERT_EQ(samples.size(), pass == 0 ? 3u : 4u);
    EXPECT_EQ(samples[0].used, (std::array<double, 4>{100, 4'096'000, 1500.5, 0.125}));
    EXPECT_EQ(samples[0].stalled[0], 0);
    EXPECT_FLOAT_EQ(samples[1].stalled[0], 0.25F);
    EXPECT_EQ(samples[2].used[0], 7);
  }
}

TEST(OpenedHistory, KnowsAMarkThatTheFirstVersionWroteUntilThereIsANewerOne) {
  Folder directory;
  {
    RawDatabase raw(directory.path());
    raw.put(0, "vold", big_endian(0, 4));
    raw.put(0, "mold", "first");
    raw.put(2, big_endian(1, 8), first_version_row());
  }
  for (const char* mark : {"first", "fir5t", "again"}) {
    const auto store = open_or_fail(directory.path());
    EXPECT_EQ(*store->mark("old"), mark);
    const std::string next = std::string_view(mark) == "first" ? "fir5t" : "again";
    const std::vector<HistoryMark> marks{{"old", "lost"}, {"old", next}};
    ASSERT_TRUE(store->append({}, marks));
    EXPECT_EQ(*store->mark("old"), next);
  }
}

TEST(OpenedHistory, KeepsMarksThroughARewrittenLogAndThoseOfVmsThatNeverHadASample) {
  Folder directory;
  for (int pass = 0; pass < 3; ++pass) {
    const auto store = open_or_fail(directory.path());
    const std::string mark = "mark " + std::to_string(pass);
    const HistorySample one{"vm", sample_at(1000 + pass)};
    const std::vector<HistoryMark> marks{{"vm", mark}, {"none yet", mark}};
    ASSERT_TRUE(store->append({&one, 1}, marks));
    ASSERT_TRUE(store->drop_before(instant_from_epoch_seconds(500)));
    for (const char* vm : {"vm", "none yet"}) EXPECT_EQ(*store->mark(vm), mark);
    EXPECT_EQ(*store->vms(), std::vector<std::string>{"vm"});
    if (pass == 2) {
      ASSERT_TRUE(store->drop_before(instant_from_epoch_seconds(5000)));
      EXPECT_EQ(*store->mark("vm"), "");
    }
  }
  const auto store = open_or_fail(directory.path());
  EXPECT_EQ(*store->mark("vm"), "");
  EXPECT_EQ(*store->mark("none yet"), "mark 2");
}

TEST(OpenedHistory, RefusesALogOfALaterVersionAndSaysWhatToDo) {
  Folder directory;
  {
    RawDatabase raw(directory.path());
    raw.put(2, big_endian(1, 8) + '\x03', "anything");
  }
  const auto store = open_rocksdb_history(directory.path());
  ASSERT_FALSE(store.has_value());
  EXPECT_EQ(store.error().message, "history " + directory.path() + ": row 1 of the log is of a later version of Headroom; use that");
}

// Each of these makes the next record one that cannot lean on the one before.
TEST(OpenedHistory, ReadsOnAcrossChunksRewrittenLogsAndForgottenSamples) {
  Folder directory;
  std::map<std::int64_t, double> truth;
  std::mt19937_64 random(16);
  for (int round = 0; round < 12; ++round) {
    const auto store = open_or_fail(directory.path());
    for (int i = 0; i < 70; ++i) {
      const std::int64_t at = round * 1000 + i * 10 - (random() % 9 == 0 ? 300 : 0);
      if (at < 0) continue;
      append_one(*store, "vm", sample_at(at, i));
      truth[at] = i;
    }
    if (round % 3 == 2) {   // rewrites the log; whatever went is not among what is compared
      const std::int64_t before = round * 1000 + 200;
      ASSERT_TRUE(store->drop_before(instant_from_epoch_seconds(before)));
      append_one(*store, "vm", sample_at(round * 1000 + 900, 5));
      truth[round * 1000 + 900] = 5;
      std::erase_if(truth, [&](const auto& t) { return t.first < before; });
    }
  }
  const auto store = open_or_fail(directory.path());
  std::map<std::int64_t, double> got;
  for (const Sample& s : all_of(*store, "vm")) got[epoch_seconds(s.at)] = s.used[0];
  for (const auto& [at, cpu] : truth) EXPECT_EQ(got[at], cpu) << at;
}

}  // namespace
}  // namespace headroom::history
