// Small texts a test expects, kept in `testdata` beside the test's source so that a change of
// behaviour shows as a change of text. LEDGERSTONE_REWRITE_GOLDENS=1 writes them anew; never in CI.
#pragma once

#include <string>

namespace ledgerstone {

// "" when testdata/`name` beside `source_file` (the test's own __FILE__) holds `actual`; else the
// first line that differs and how to rewrite. After rewriting it is "" too.
std::string GoldenDifference(const std::string& source_file, const std::string& name,
                             const std::string& actual);

}  // namespace ledgerstone
