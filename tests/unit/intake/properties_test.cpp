#include <csv.h>
#include <gtest/gtest.h>

#include <random>

#include "unit/intake/support.hpp"

// What holds for any input, tried with many; the seeds are fixed, so a failure comes again.
namespace payferry::intake {
namespace {

using Random = std::mt19937;

std::size_t below(Random& random, std::size_t limit) {
  return random() % limit;
}

std::string random_text(Random& random, std::string_view alphabet, std::size_t longest) {
  std::string text(below(random, longest + 1), '\0');
  for (char& c : text) c = alphabet[below(random, alphabet.size())];
  return text;
}

// Quoted, as libcsv writes it.
std::string written(const std::string& cell) {
  std::string quoted(cell.size() * 2 + 2, '\0');
  quoted.resize(csv_write(quoted.data(), quoted.size(), cell.data(), cell.size()));
  return quoted;
}

MemoryStream::Chunk random_chunks(Random& random) {
  const std::size_t longest = 1 + below(random, 20);
  return [&random, longest] { return below(random, longest + 1); };
}

TEST(Properties, WhatIsWrittenAsCsvIsReadBack) {
  Random random(42);
  for (int round = 0; round < 300; ++round) {
    std::string text;
    std::vector<KeptRecord> expected;
    std::uint64_t line = 1;
    for (std::size_t record = 0; record < 30; ++record) {
      KeptRecord kept{line, Record::Form::good, {}};
      for (std::size_t cell = 0; cell <= below(random, 5); ++cell) {
        kept.cells.push_back(random_text(random, "ab,\"\n\r \t;\xC3\xBC", 12));
        const bool plain = kept.cells.back().find_first_of("\",\r\n") == std::string::npos;
        const bool bare =
            plain && !(kept.cells.size() == 1 && kept.cells.back().empty()) && below(random, 2) == 0;
        text += (cell == 0 ? "" : ",") + (bare ? kept.cells.back() : written(kept.cells.back()));
        line +=
            static_cast<std::uint64_t>(std::count(kept.cells.back().begin(), kept.cells.back().end(), '\n'));
      }
      text += below(random, 2) == 0 ? "\n" : "\r\n";
      ++line;
      expected.push_back(std::move(kept));
    }
    ASSERT_EQ(read_all(text, random_chunks(random)), expected) << "round " << round;
  }
}

// Of every byte string: however it arrives, the same records come; each physical line is in at most one of
// them; going on from any place gives the same rest.
TEST(Properties, AnyBytesGiveTheSameRecordsHoweverTheyArrive) {
  Random random(4711);
  for (int round = 0; round < 3000; ++round) {
    const std::string text =
        "h\n" + random_text(random, round % 2 == 0 ? "ab,\"\"\"\n\n\r\xEF" : "a\"\n", 1 + below(random, 200));
    const std::size_t limit = 4 + below(random, 60);
    const std::vector<KeptRecord> expected = read_all(text, {}, limit);
    ASSERT_EQ(read_all(text, random_chunks(random), limit), expected) << testing::PrintToString(text);

    std::uint64_t last = 0;
    for (const KeptRecord& record : expected) {
      ASSERT_GT(record.line, last) << testing::PrintToString(text);
      last = record.line;
    }
    ASSERT_LE(last, 1u + static_cast<std::uint64_t>(std::count(text.begin(), text.end(), '\n')));
  }
}

TEST(Properties, AnyBytesCanBeLeftAndTakenUpAgain) {
  Random random(99);
  for (int round = 0; round < 300; ++round) {
    const std::string text = random_text(random, "ab,\"\n\n\r", 60);
    const std::vector<KeptRecord> expected = read_all(text, {}, 32);
    RecordReader reader(std::make_unique<MemoryStream>(text), 32);
    Record record;
    for (std::size_t done = 0; done < expected.size(); ++done) {
      RecordReader again(std::make_unique<MemoryStream>(text), 32);
      ASSERT_TRUE(*again.seek(reader.offset(), reader.line()));
      for (std::size_t i = done; i < expected.size(); ++i) {
        ASSERT_EQ(*again.read(record, Wait::yes), RecordReader::Got::record);
        ASSERT_EQ(keep(record), expected[i]) << testing::PrintToString(text);
      }
      ASSERT_EQ(*again.read(record, Wait::yes), RecordReader::Got::end);
      ASSERT_EQ(*reader.read(record, Wait::yes), RecordReader::Got::record);
    }
  }
}

// Good lines hold no quotes here, so a quote that is left open can only be closed by another broken line.
TEST(Properties, NoWellFormedLineIsLostBesideBrokenOnes) {
  Random random(5);
  for (int round = 0; round < 300; ++round) {
    std::string text = "customer,payment_method\n";
    std::uint64_t broken = 0;
    for (int line = 0; line < 40; ++line) {
      if (below(random, 4) == 0) {
        text += (below(random, 2) == 0 ? "x,\"" : "\"") + random_text(random, "ab, ", 8) + "\n";
        ++broken;
      }
      text += "cus_1,pm_1\n";
    }
    const auto source = std::move(open_text(text, one_account(), random_chunks(random)).value());
    const Batch batch = drain(*source, 7);
    ASSERT_EQ(batch.entries.size(), 40u) << "round " << round << testing::PrintToString(text);
    ASSERT_EQ(batch.rejects.size(), broken) << "round " << round << testing::PrintToString(text);
    ASSERT_EQ(batch.lines, 40u + broken);
  }
}

TEST(Properties, TheCountersOfAnyInputAgreeHoweverItArrives) {
  Random random(8);
  for (int round = 0; round < 300; ++round) {
    settings::TargetSettings target;
    target.accounts = {"acct_1", "acct_2", "acct_3"};
    const std::string text =
        "customer,payment_method\ncus_1,pm_1\n" + random_text(random, "cus_1,pm_1\n\n\n,\"\"\r\xC3\xBC", 300);
    const Batch at_once = drain(*open_text(text, target).value(), 1000);
    const auto source = std::move(open_text(text, target, random_chunks(random)).value());
    const Batch batch = drain(*source, 1 + below(random, 5));
    ASSERT_EQ(batch.read, batch.entries.size() + batch.rejects.size());
    ASSERT_EQ(batch.lines, batch.entries.size() / 3 + batch.rejects.size());
    ASSERT_EQ(batch.lines, at_once.lines);
    ASSERT_EQ(batch.position, at_once.position);
    for (std::size_t i = 0; i < batch.rejects.size(); ++i)
      ASSERT_EQ(batch.rejects[i].line, at_once.rejects[i].line);
  }
}

}  // namespace
}  // namespace payferry::intake
