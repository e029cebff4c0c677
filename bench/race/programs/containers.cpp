// containers.cpp - C++ as it is often written: strings, maps and vectors.
//
// The race compiles this file, which is hard work for the compiler too, and
// runs the program.
#include <algorithm>
#include <cstdint>
#include <iostream>
#include <map>
#include <memory>
#include <sstream>
#include <string>
#include <unordered_map>
#include <vector>

namespace
{

std::uint32_t seed = 1;

std::uint32_t random_below(std::uint32_t n)
{
    seed = static_cast<std::uint32_t>(std::uint64_t{seed} * 16807 % 2147483647);
    return seed % n;
}

std::string random_word()
{
    std::string word;

    for (auto n = 3 + random_below(random_below(10) ? 10 : 60); n > 0; n--)
        word += static_cast<char>('a' + random_below(26));
    return word;
}

// An index of words by their beginnings, as a tree of maps.
struct node {
    std::map<char, std::unique_ptr<node>> below;
    std::vector<std::string> words;

    void add(const std::string &word, std::size_t depth)
    {
        if (depth == 4 || depth == word.size()) {
            words.push_back(word);
            return;
        }
        auto &next = below[word[depth]];
        if (!next)
            next = std::make_unique<node>();
        next->add(word, depth + 1);
    }

    std::size_t nodes() const
    {
        std::size_t n = 1;

        for (const auto &entry : below)
            n += entry.second->nodes();
        return n;
    }
};

void count_words(const std::vector<std::string> &words)
{
    std::unordered_map<std::string, int> often;
    std::map<int, std::vector<std::string>> by_count;

    for (const auto &word : words)
        often[word.substr(0, 3)]++;
    for (const auto &entry : often)
        by_count[entry.second].push_back(entry.first);
    for (auto &entry : by_count)
        std::sort(entry.second.begin(), entry.second.end());
    std::cout << often.size() << " beginnings, most often "
              << by_count.rbegin()->second.front() << '\n';
}

void join_words(const std::vector<std::string> &words)
{
    std::ostringstream text;
    std::string word;
    std::map<std::string, std::vector<std::size_t>> lines;
    std::size_t n = 0;

    for (const auto &one : words)
        text << one << ' ' << one.size() << '\n';
    std::istringstream input(text.str());
    while (std::getline(input, word))
        lines[word.substr(word.find(' ') + 1)].push_back(n++);
    std::cout << lines.size() << " lengths, " << text.str().size()
              << " bytes\n";
}

} // namespace

int main()
{
    for (int round = 0; round < 4; round++) {
        std::vector<std::string> words;
        node index;

        for (int i = 0; i < 60000; i++)
            words.push_back(random_word());
        for (const auto &word : words)
            index.add(word, 0);
        std::cout << index.nodes() << " nodes\n";
        count_words(words);
        join_words(words);
    }
}
