#include <gtest/gtest.h>
#include <sys/stat.h>

#include "loading.hpp"
#include "settings/address.hpp"
#include "temp_folder.hpp"

namespace payferry::settings {
namespace {

using test::load_job;
using test::mistakes_of;
using Texts = std::vector<std::string>;

// What a test is about begins in line 3.
std::string job_with(const std::string& source) {
  return "job: spring\nstripe: { api_key: \"${STRIPE_SECRET_KEY}\" }\n" + source;
}

std::string with_amqp(const std::string& keys) {
  return job_with("source:\n  amqp:\n" + keys);
}

TEST(Source, AQueueHasDefaults) {
  const Loaded loaded = load_job(with_amqp("    url: amqp://localhost\n    queue: q\n"));
  EXPECT_EQ(mistakes_of(loaded), Texts{});
  const SourceSettings& source = loaded.settings.source;
  EXPECT_TRUE(source.is_queue());
  EXPECT_FALSE(source.idle_exit);
  EXPECT_EQ(source.amqp.user, "guest");
  EXPECT_EQ(source.amqp.password, "guest");
  EXPECT_EQ(source.amqp.vhost, "/");
  EXPECT_EQ(source.amqp.port, 5672);
  EXPECT_EQ(source.amqp.prefetch, 1000);
  EXPECT_FALSE(source.amqp.declare);
}

TEST(Source, AQueueTakesEverythingThatItNeeds) {
  const Loaded loaded = load_job(with_amqp(
      "    url: amqps://pay%40ferry@MQ.example.com:5999/a%2Fb\n    password: ${WORD}\n    queue: q\n"
      "    prefetch: 10\n    declare: true\n    dead_letter: d\n  idle_exit: 30s\n"));
  EXPECT_EQ(mistakes_of(loaded), Texts{});
  const AmqpSettings& amqp = loaded.settings.source.amqp;
  EXPECT_TRUE(amqp.tls);
  EXPECT_EQ(amqp.user, "pay@ferry");
  EXPECT_EQ(amqp.password, "hush");
  EXPECT_EQ(amqp.host, "mq.example.com");
  EXPECT_EQ(amqp.port, 5999);
  EXPECT_EQ(amqp.vhost, "a/b");
  EXPECT_EQ(amqp.prefetch, 10);
  EXPECT_TRUE(amqp.declare);
  EXPECT_EQ(amqp.dead_letter, "d");
  EXPECT_EQ(loaded.settings.source.idle_exit, Milliseconds(30'000));
}

TEST(Source, AllMistakesOfAQueueComeAtOnce) {
  EXPECT_EQ(
      mistakes_of(load_job(with_amqp("    url: amqp://mq.example.com\n    prefetch: 0\n    qeue: q\n"
                                     "    declare: maybe\n    password: ${NOT_SET}\n"))),
      (Texts{"/jobs/job.yaml:5: source.amqp.url: the value would send passwords unencrypted over a network "
             "(amqp:// "
             "is for loopback addresses): give amqps://user@host/vhost; amqp:// only towards a loopback "
             "address, "
             "and the password in password_file",
             "/jobs/job.yaml:5: source.amqp.queue: is missing: give the name of a queue, at most 255 bytes",
             "/jobs/job.yaml:6: source.amqp.prefetch: `0` is out of range: give a whole number between 1 and "
             "65535",
             "/jobs/job.yaml:7: source.amqp: unknown key `qeue`: did you mean `queue`?",
             "/jobs/job.yaml:8: source.amqp.declare: `maybe` is not known here: give true or false",
             "/jobs/job.yaml:9: source.amqp.password: the variable `NOT_SET` is not set: set it in the "
             "environment of this command"}));
}

TEST(Source, APasswordIsNeededByWhoConnects) {
  const std::string job = with_amqp("    url: amqps://u@h\n    queue: q\n    password: ${NOT_SET}\n");
  EXPECT_EQ(mistakes_of(load_job(job)).size(), 1u);
  EXPECT_EQ(mistakes_of(load_job(job, std::nullopt, false)), Texts{});
  const std::string none = with_amqp("    url: amqps://u@h\n    queue: q\n");
  EXPECT_EQ(mistakes_of(load_job(none)).size(), 1u);
}

TEST(Source, APasswordInTheUrlIsAMistakeThatDoesNotRepeatIt) {
  const Texts mistakes = mistakes_of(load_job(with_amqp("    url: amqps://u:hush@h\n    queue: q\n")));
  ASSERT_FALSE(mistakes.empty());
  for (const std::string& mistake : mistakes) EXPECT_EQ(mistake.find("hush"), std::string::npos) << mistake;
  EXPECT_NE(mistakes[0].find("holds a password"), std::string::npos) << mistakes[0];
}

TEST(Source, APasswordComesFromAFileToo) {
  const test::TempFolder folder;
  const auto file = folder.write("password", "hush\nother\n");
  ::chmod(file.c_str(), 0644);
  const Loaded loaded =
      load_job(with_amqp("    url: amqps://u@h\n    queue: q\n    password_file: " + file.string() + "\n"));
  EXPECT_EQ(mistakes_of(loaded), Texts{});
  EXPECT_EQ(loaded.settings.source.amqp.password, "hush");
  EXPECT_EQ(loaded.warnings,
            Texts{"source.amqp.password_file: the file is open to other users: chmod 600 it"});
}

std::string with_kafka(const std::string& keys) {
  return job_with("source:\n  kafka:\n" + keys);
}

TEST(Source, ATopicHasDefaults) {
  const Loaded loaded = load_job(with_kafka("    brokers: Kafka-1:9093, kafka-2:9094\n    topic: lines\n"));
  EXPECT_EQ(mistakes_of(loaded), Texts{});
  EXPECT_TRUE(loaded.settings.source.is_queue());
  const KafkaSettings& kafka = loaded.settings.source.kafka;
  EXPECT_EQ(kafka.brokers, "kafka-1:9093,kafka-2:9094");
  EXPECT_EQ(kafka.topic, "lines");
  EXPECT_EQ(kafka.group, "payferry");
  EXPECT_TRUE(kafka.tls);
  EXPECT_EQ(kafka.username, "");
  EXPECT_EQ(kafka.dead_letter, "");
}

TEST(Source, ATopicTakesEverythingThatItNeeds) {
  const Loaded loaded = load_job(with_kafka(
      "    brokers: \"[::1]:1\"\n    topic: a.b_c-D\n    group: g 1\n    username: u\n    password: ${WORD}\n"
      "    mechanism: plain\n    dead_letter: d\n    tls: true\n  idle_exit: 30s\n"));
  EXPECT_EQ(mistakes_of(loaded), Texts{});
  const KafkaSettings& kafka = loaded.settings.source.kafka;
  EXPECT_EQ(kafka.brokers, "[::1]:1");
  EXPECT_EQ(kafka.group, "g 1");
  EXPECT_EQ(kafka.username, "u");
  EXPECT_EQ(kafka.password, "hush");
  EXPECT_EQ(kafka.login, KafkaLogin::plain);
  EXPECT_EQ(kafka.dead_letter, "d");
  EXPECT_EQ(mistakes_of(
                load_job(with_kafka("    brokers: localhost:1,127.0.0.2:2\n    topic: t\n    tls: false\n"))),
            Texts{});
}

TEST(Source, AllMistakesOfATopicComeAtOnce) {
  EXPECT_EQ(mistakes_of(load_job(
                with_kafka("    brokers: localhost:1,far:2\n    topic: a/b\n    tls: false\n    username: u\n"
                           "    password: ${NOT_SET}\n    mechanism: gssapi\n    gruop: g\n"))),
            (Texts{"/jobs/job.yaml:5: source.kafka.username: would send a password's proof, or the password, "
                   "in the clear: "
                   "remove `tls: false`",
                   "/jobs/job.yaml:5: source.kafka.tls: messages would cross a network in the clear (`tls: "
                   "false` is for "
                   "loopback addresses): remove it",
                   "/jobs/job.yaml:6: source.kafka.topic: `a/b` is no such name: give the name of a topic, "
                   "at most 249 "
                   "characters a-z, A-Z, 0-9, ., _ and -",
                   "/jobs/job.yaml:9: source.kafka.password: the variable `NOT_SET` is not set: set it in "
                   "the environment of "
                   "this command",
                   "/jobs/job.yaml:10: source.kafka.mechanism: `gssapi` is not known here: give "
                   "scram-sha-512, scram-sha-256 or "
                   "plain",
                   "/jobs/job.yaml:11: source.kafka: unknown key `gruop`: did you mean `group`?"}));
}

TEST(Source, WhatATopicCannotDoWithoutOrWith) {
  const std::string base = "    brokers: kafka:1\n    topic: t\n";
  const std::pair<std::string, const char*> wrong[] = {
      {"    brokers: kafka:1\n", "source.kafka.topic: is missing"},
      {"    topic: t\n", "source.kafka.brokers: is missing"},
      {"    topic: t\n    brokers: kafka\n", "source.kafka.brokers: `kafka` has no port"},
      {base + "    username: u\n", "source.kafka.password: is missing"},
      {base + "    password: ${WORD}\n", "source.kafka.username: is missing"},
      {base + "    mechanism: plain\n", "source.kafka.mechanism: means nothing"},
      {base + "    dead_letter: t\n", "source.kafka.dead_letter: is the topic itself"},
      {base + "    ca_file: /nowhere\n", "source.kafka.ca_file: the file"},
  };
  for (const auto& [keys, problem] : wrong) {
    const Texts mistakes = mistakes_of(load_job(with_kafka(keys)));
    ASSERT_EQ(mistakes.size(), 1u) << keys;
    EXPECT_NE(mistakes[0].find(problem), std::string::npos) << mistakes[0];
  }
}

TEST(Source, ThereIsExactlyOne) {
  EXPECT_EQ(mistakes_of(load_job(job_with("source:\n  kafka: { brokers: \"k:1\", topic: t }\n  csv: a.csv\n"
                                          "  amqp: { url: amqp://localhost, queue: q }\n"))),
            (Texts{"/jobs/job.yaml:5: source.csv: kafka and csv are both given: keep one",
                   "/jobs/job.yaml:6: source.amqp: kafka and amqp are both given: keep one"}));
  EXPECT_EQ(
      mistakes_of(load_job(job_with("source:\n  csv: a.csv\n  amqp: { url: amqp://localhost, queue: q }\n"))),
      Texts{"/jobs/job.yaml:5: source.amqp: csv and amqp are both given: keep one"});
  EXPECT_EQ(mistakes_of(load_job(job_with("source: { csv: a.csv, idle_exit: 5s }\n"))),
            Texts{"/jobs/job.yaml:3: source.idle_exit: is for a queue, and the source is a list: remove it"});
  const std::string config = "source:\n  amqp: { url: amqp://localhost, queue: q }\n  idle_exit: 5s\n";
  const Loaded chosen = load_job(job_with("source: { csv: a.csv }\n"), config);
  EXPECT_EQ(mistakes_of(chosen), Texts{});
  EXPECT_FALSE(chosen.settings.source.is_queue());
  EXPECT_TRUE(load_job(job_with(""), config).settings.source.is_queue());
}

TEST(Source, OnlyADeclaredQueueChoosesItsDeadLetters) {
  const std::string base = "    url: amqp://localhost\n    queue: q\n";
  EXPECT_EQ(mistakes_of(load_job(with_amqp(base + "    dead_letter: d\n"))).size(), 1u);
  EXPECT_EQ(mistakes_of(load_job(with_amqp(base + "    declare: true\n    dead_letter: q\n"))),
            Texts{"/jobs/job.yaml:5: source.amqp.dead_letter: is the queue itself: give another one"});
  EXPECT_EQ(load_job(with_amqp(base + "    declare: true\n")).settings.source.amqp.dead_letter, "q.rejected");
}

TEST(Brokers, AreTakenApartOrRefused) {
  std::string value;
  bool loopback = false;
  EXPECT_EQ(parse_brokers("LOCALHOST:1 , [::1]:2,127.1.2.3:3", value, loopback), std::nullopt);
  EXPECT_EQ(value, "localhost:1,[::1]:2,127.1.2.3:3");
  EXPECT_TRUE(loopback);
  EXPECT_EQ(parse_brokers("localhost:1,10.0.0.1:2", value, loopback), std::nullopt);
  EXPECT_FALSE(loopback);
  const std::pair<const char*, const char*> refused[] = {
      {"", "has no valid host"},
      {"a:1,", "has no valid host"},
      {"a:1,,b:1", "has no valid host"},
      {"kafka://a:1", "has a port that is not between 1 and 65535"},
      {"a", "has no port"},
      {"a:1,b", "has no port"},
      {"a:0", "has a port that is not between 1 and 65535"},
  };
  for (const auto& [brokers, problem] : refused)
    EXPECT_EQ(parse_brokers(brokers, value, loopback), problem) << brokers;
}

TEST(AmqpUrl, IsTakenApartOrRefused) {
  const std::pair<const char*, const char*> refused[] = {
      {"http://h", "does not begin with amqps:// or amqp://"},
      {"h", "does not begin with amqps:// or amqp://"},
      {"amqps://", "has no valid host"},
      {"amqps://u@", "has no valid host"},
      {"amqps://@h", "has no valid user"},
      {"amqps://%zz@h", "has no valid user"},
      {"amqps://h:0", "has a port that is not between 1 and 65535"},
      {"amqps://h/a/b", "has no valid vhost"},
      {"amqps://h/%2", "has no valid vhost"},
      {"amqps://h/v?heartbeat=1", "has no valid vhost"},
  };
  for (const auto& [url, problem] : refused) {
    AmqpSettings amqp;
    EXPECT_EQ(parse_amqp_url(url, amqp), problem) << url;
  }
  AmqpSettings amqp;
  EXPECT_EQ(parse_amqp_url("AMQP://[::1]:1/", amqp), std::nullopt);
  EXPECT_EQ(amqp.host, "::1");
  EXPECT_EQ(amqp.vhost, "/");
}

}  // namespace
}  // namespace payferry::settings
