# words.pl - words are counted, sorted, joined and taken apart again.
use strict;
use warnings;

srand 1;
my %lines_of;
for my $line (1 .. 150_000) {
    my $word = join '', map { chr(97 + rand 26) } 1 .. 3;
    push @{$lines_of{$word}}, "line $line";
}

my @often = sort { @{$lines_of{$b}} <=> @{$lines_of{$a}} || $a cmp $b }
            keys %lines_of;
print "$_: @{$lines_of{$_}}[0 .. 2]\n" for @often[0 .. 9];

my $text = join ',', map { "$_=" . join ';', @{$lines_of{$_}} } @often;
$text =~ s/line (\d+)/<$1>/g;
my %of = map { my ($word, $lines) = split /=/; $word => [split /;/, $lines] }
         split /,/, $text;
delete @of{grep { @{$of{$_}} % 3 } keys %of};
print scalar(keys %of), " words, ", length $text, " bytes\n";
