#!/usr/bin/perl
# The process of a fake vzctl or vzlist. What it does is decided by the test's own process, step by step (see
# command-server.ts): Perl starts in a twentieth of the time of Node, and tests run thousands of these commands.
use strict;
use warnings;

# On the wire, both ways: lists of strings, each with its length in front, the list too.
my ($folder, $program) = $0 =~ m{^(.*)/([^/]+)$} or die "$0 has no folder\n";
my $server;

sub receive_bytes {
    my ($wanted) = @_;
    my $bytes = "";
    while (length($bytes) < $wanted) {
        # The test has ended this host.
        sysread($server, $bytes, $wanted - length($bytes), length($bytes)) or exit 1;
    }
    return $bytes;
}

sub receive { return unpack("(N/a*)*", receive_bytes(unpack("N", receive_bytes(4)))) }

sub send_all {
    my ($to, $bytes) = @_;
    while (length($bytes) > 0) {
        my $count = syswrite($to, $bytes) or exit 1;
        substr($bytes, 0, $count, "");
    }
}

sub answer { send_all($server, pack("N/a*", pack("(N/a*)*", @_))) }

# A process in this one's group. The connection is closed in it, like every file that Perl opens.
sub launch {
    my ($input, $output, $variable_count, @rest) = @_;
    my %environment = splice(@rest, 0, 2 * $variable_count);
    my $pid = fork();
    return $pid if $pid;
    open(STDIN, "<", $input) or exit 126 if $input ne "";
    open(STDOUT, ">", $output) && open(STDERR, ">", $output) or exit 126 if $output ne "";
    %ENV = %environment;
    { no warnings; exec { $rest[0] } @rest; }
    exit 127;
}

my %steps = (
    say => sub { my ($descriptor, $text) = @_; send_all($descriptor == 1 ? \*STDOUT : \*STDERR, $text) },
    run => sub { waitpid(launch(@_), 0); answer($? >> 8, $? & 127) },
    start => sub { answer(launch(@_)) },
    end => sub { exit $_[0] },
);

open(my $file, "<", "$folder/port") or die "$folder/port: $!\n";
chomp(my $port = <$file>);
socket($server, 2, 1, 0) && connect($server, pack("S n C4 x8", 2, $port, 127, 0, 0, 1)) or die "no test: $!\n";
answer($program, $$, @ARGV);
while (my ($step, @words) = receive()) { $steps{$step}->(@words) }
