#include "base/json_merge_patch.h"

#include <gtest/gtest.h>

namespace ledgerstone {
namespace {

std::string Patched(std::optional<Slice> target, Slice patch) {
  std::string result;
  return JsonMergePatch(target, patch, &result) ? result : "no JSON";
}

TEST(JsonMergePatch, DoesWhatTheRfcsExamplesSay) {
  const struct {
    const char* target;
    const char* patch;
    const char* result;
  } rows[] = {
      {R"({"a":"b"})", R"({"a":"c"})", R"({"a":"c"})"},
      {R"({"a":"b"})", R"({"b":"c"})", R"({"a":"b","b":"c"})"},
      {R"({"a":"b"})", R"({"a":null})", R"({})"},
      {R"({"a":"b","b":"c"})", R"({"a":null})", R"({"b":"c"})"},
      {R"({"a":["b"]})", R"({"a":"c"})", R"({"a":"c"})"},
      {R"({"a":"c"})", R"({"a":["b"]})", R"({"a":["b"]})"},
      {R"({"a":{"b":"c"}})", R"({"a":{"b":"d","c":null}})", R"({"a":{"b":"d"}})"},
      {R"({"a":[{"b":"c"}]})", R"({"a":[1]})", R"({"a":[1]})"},
      {R"(["a","b"])", R"(["c","d"])", R"(["c","d"])"},
      {R"({"a":"b"})", R"(["c"])", R"(["c"])"},
      {R"({"a":"foo"})", R"(null)", R"(null)"},
      {R"({"a":"foo"})", R"("bar")", R"("bar")"},
      {R"({"e":null})", R"({"a":1})", R"({"e":null,"a":1})"},
      {R"([1,2])", R"({"a":"b","c":null})", R"({"a":"b"})"},
      {R"({})", R"({"a":{"bb":{"ccc":null}}})", R"({"a":{"bb":{}}})"},
  };
  for (const auto& row : rows) {
    EXPECT_EQ(Patched(Slice(row.target), row.patch), row.result) << row.target << row.patch;
  }
  EXPECT_EQ(Patched(std::nullopt, R"({"a":null,"b":{"c":null,"d":1}})"), R"({"b":{"d":1}})");
}

TEST(JsonMergePatch, LeavesTheTextOfWhatItDoesNotTouch) {
  EXPECT_EQ(Patched(Slice(R"( { "a" : [ 1 , 2 ] , "b":1.50e+2 } )"), R"({"c" : "d" })"),
            R"({"a":[ 1 , 2 ],"b":1.50e+2,"c":"d"})");
}

TEST(JsonMergePatch, KnowsAMemberHoweverItsNameIsSpelled) {
  EXPECT_EQ(Patched(Slice(R"({"\u0061\/\n":1})"), "{\"a/\\u000a\":2}"), R"({"\u0061\/\n":2})");
  EXPECT_EQ(Patched(Slice("{\"\xc3\xa9\":1}"), R"({"\u00e9":null})"), "{}");
  EXPECT_EQ(Patched(Slice("{\"\xe2\x82\xac\":1}"), R"({"\u20AC":null})"), "{}");
  EXPECT_EQ(Patched(Slice("{\"\xf0\x9d\x84\x9e\":1}"), R"({"\ud834\uDD1E":null})"), "{}");
  EXPECT_EQ(Patched(Slice(R"({"\ud834\u0041":1})"), R"({"\ud834A":null})"), "{}")
      << "half a pair stands for itself";
}

TEST(JsonMergePatch, TakesOneJsonValueAndNothingElse) {
  for (const char* text : {"0", "-0", "10", "-1.5", "2e3", "2E-3", "1.25e+10", "true", "false",
                           "null", "\"\"", "\" \\\"\\\\\\/\\b\\f\\n\\r\\t\\u12aF\"", "[]", "[ ]",
                           "[1,[2,[]],{}]", "{}", "{ }", " \t\r\n{\"a\" : 1 , \"b\":[true]} \n"}) {
    EXPECT_TRUE(IsJson(text)) << text;
  }
  for (const char* text : {"",
                           " ",
                           "nul",
                           "tru",
                           "falsy",
                           "01",
                           "-",
                           "+1",
                           ".5",
                           "1.",
                           "1.e2",
                           "1e",
                           "1e+",
                           "- 1",
                           "\"",
                           "\"a",
                           "\"\n\"",
                           "\"\\",
                           "\"\\x\"",
                           "\"\\u12\"",
                           "\"\\u12g4\"",
                           "\"\\ud834\\u00\"",
                           "[",
                           "[1",
                           "[1,",
                           "[1,]",
                           "[,1]",
                           "[1 2]",
                           "{",
                           "{\"a\"",
                           "{\"a\":",
                           "{\"a\":1",
                           "{\"a\":1,",
                           "{\"a\":1,}",
                           "{a:1}",
                           "{\"a\" 1}",
                           "{\"a\":}",
                           "1 2",
                           "{} x",
                           "'a'"}) {
    EXPECT_FALSE(IsJson(text)) << text;
    EXPECT_EQ(Patched(Slice("{}"), text), "no JSON") << text;
    EXPECT_EQ(Patched(Slice(text), "{}"), "no JSON") << text;
  }
}

TEST(JsonMergePatch, RefusesWhatIsNestedDeeperThanItsLimit) {
  const auto nested = [](size_t depth, char open, char close) {
    return std::string(depth, open) + std::string(depth, close);
  };
  EXPECT_TRUE(IsJson(nested(257, '[', ']')));
  EXPECT_FALSE(IsJson(nested(258, '[', ']')));
  EXPECT_FALSE(IsJson(std::string(100'000, '[')));
}

TEST(JsonMergePatch, NeverReadsPastTheEndOfACutText) {
  const std::string text = R"({"a\u0062\ud834\udd1e":[1.5e+3,true,null,{"b":false}]})";
  for (size_t size = 0; size < text.size(); ++size) {
    const auto copy = std::make_unique<char[]>(size);
    text.copy(copy.get(), size);
    EXPECT_FALSE(IsJson(Slice(copy.get(), size))) << size;
  }
  EXPECT_TRUE(IsJson(text));
}

}  // namespace
}  // namespace ledgerstone
