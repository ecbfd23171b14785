#!/usr/bin/perl

# The groups that carry systemd's names have systemd's members: what
# systemd-analyze prints on this machine is compared with the catalog, nested
# groups left nested.  The catalog follows systemd 262; every difference from
# that and from other releases is explained in the table at the end.  A
# difference that the table does not explain fails, and so does an
# explanation that claims this release and explains nothing.
#
# SC_DUMP_CATALOG names the built core/test/dump_catalog; without it the test
# builds one.

use strict;
use warnings;

use File::Basename qw(dirname);
use File::Temp qw(tempdir);
use Test::More;

my $core = dirname(__FILE__) . '/../core';

my ($version) = (`systemd-analyze --version 2>&1` // '') =~ /^systemd (\d+)/
  or plan skip_all => 'systemd-analyze is not on this machine';

my $ours = our_groups();
my $theirs = their_groups();
plan skip_all => 'systemd was built without seccomp' unless %$theirs;

# @known nests @obsolete, where ours has every call at first hand.
$theirs->{'@known'} = {
	map { $_ => 1 } grep { $_ ne '@obsolete' } keys %{ $theirs->{'@known'} },
	keys %{ $theirs->{'@obsolete'} }
};

my @explanations = read_explanations();
my %all = map { $_ => 1 } keys %$theirs,
  grep { /^\@(?!pg-)/ } keys %$ours;
for my $group (sort keys %all)
{
	my @unexplained;

	for my $difference (differences($group))
	{
		my ($call, $side) = @$difference;
		my @reasons = grep { explains($_, $group, $call, $side) } @explanations;

		$_->{used}++ for @reasons;
		push @unexplained, "$call: only $side has it" unless @reasons;
	}
	ok(!@unexplained, "$group is as in systemd $version")
	  or diag(map { "  $_\n" } @unexplained);
}

# Must the table be brought up to date?
my @stale = grep { $_->{must} && applies($_) && !$_->{used} } @explanations;
ok(!@stale, "every explanation for systemd $version explains something")
  or diag(map { "  $_->{text}\n" } @stale);
for my $idle (grep { !$_->{used} && !$_->{must} && applies($_) } @explanations)
{
	note("does not apply here: $idle->{text}");
}

# Families are ours alone, and never name a group.
my @families = grep { !/^\@/ } keys %$ours;
ok(@families > 50, scalar(@families) . ' families');
is_deeply([ grep { grep { /^\@/ } keys %{ $ours->{$_} } } @families ],
	[], 'no family nests a group');

done_testing();

# { group => { member => 1 } }, from the catalog.
sub our_groups
{
	my $dump = $ENV{SC_DUMP_CATALOG} // build_dump();
	my %groups;

	open(my $out, '-|', $dump) or BAIL_OUT("$dump: $!");
	while (<$out>)
	{
		chomp;
		my ($name, undef, $members) = split /\t/;
		$groups{$name} = { map { $_ => 1 } split / /, $members };
	}
	close($out) or BAIL_OUT("$dump failed");
	return \%groups;
}

# The same, from systemd-analyze.
sub their_groups
{
	my %groups;
	my $current;

	open(my $out, '-|', 'systemd-analyze --no-pager syscall-filter 2>/dev/null')
	  or BAIL_OUT("systemd-analyze: $!");
	while (<$out>)
	{
		if (/^(\@\S+)/) { $current = $groups{$1} = {} }
		elsif (/^#/) { undef $current }
		elsif ($current && /^\s+([\@\w][\w-]*)/) { $current->{$1} = 1 }
	}
	close($out);
	return \%groups;
}

sub build_dump
{
	my $program = tempdir(CLEANUP => 1) . '/dump_catalog';
	my @sources = map { "$core/$_.c" }
	  qw(test/dump_catalog catalog groups syscalls suggest);

	system($ENV{CC} // 'cc', '-std=c99', '-D_GNU_SOURCE', '-o', $program,
		@sources) == 0
	  or BAIL_OUT('dump_catalog does not build');
	return $program;
}

# [call, side] for each member that one side lacks; '*' for a whole group.
sub differences
{
	my ($group) = @_;
	my ($mine, $other) = ($ours->{$group}, $theirs->{$group});

	return ([ '*', 'systemd' ]) unless $mine;
	return ([ '*', 'ours' ]) unless $other;
	return (
		(map { [ $_, 'ours' ] } grep { !$other->{$_} } sort keys %$mine),
		(map { [ $_, 'systemd' ] } grep { !$mine->{$_} } sort keys %$other));
}

sub read_explanations
{
	my @table;

	while (<DATA>)
	{
		chomp;
		next if /^\s*(#|$)/;
		my ($group, $calls, $side, $first, $last, $may, $why) =
		  /^(\@\S+) (\S+) (ours|systemd) (\d+)-(\d*)(\??) (.+)$/
		  or BAIL_OUT("line $. of the table is malformed: $_");
		for my $call (split /,/, $calls)
		{
			my $pattern =
			  $call eq '*' ? '\*' : join '.*', map { quotemeta } split /\*/, $call, -1;

			push @table,
			  {
				group => $group,
				pattern => qr/^(?:$pattern)$/,
				side => $side,
				first => $first,
				last => $last eq '' ? 9999 : $last,
				must => $may eq '',
				text => "$group $call $side $first-$last$may $why"
			  };
		}
	}
	return @table;
}

sub applies
{
	my ($explanation) = @_;
	return $version >= $explanation->{first} && $version <= $explanation->{last};
}

sub explains
{
	my ($explanation, $group, $call, $side) = @_;
	return
		 applies($explanation)
	  && $explanation->{group} eq $group
	  && $explanation->{side} eq $side
	  && $call =~ $explanation->{pattern};
}

# Columns: group; calls, "," between, "*" for any letters, alone for the whole
# group; the side that has them; the releases of systemd where this holds,
# with "?" where it does not hold for all their point releases or where that
# is not known; why.
__DATA__
@basic-io llseek ours 252-256 the kernel's inner name; listed since 257
@default @sandbox ours 252-253 a group since 254, in @default since 257
@default @sandbox ours 254-256? in @default since 257 and late point releases of 254 and 255
@default futex_waitv,riscv_hwprobe ours 252-253? came in point releases of 252 and 253
@default lsm_get_self_attr,lsm_list_modules,mseal ours 252-256 Linux 6.8 and 6.10; listed since 257
@default uretprobe ours 252-257? Linux 6.11; came in point releases up to 257
@file-system fchmodat2 ours 252-254? Linux 6.6; came in point releases of 252 to 254
@file-system file_getattr,file_setattr ours 252-256 Linux 6.17; listed since 258 and in point releases of 257
@file-system file_getattr,file_setattr ours 257-257? came in point releases of 257
@file-system fstatat,newfstat ours 252-256 the kernel's inner names; listed since 257
@file-system getxattrat,listxattrat,removexattrat,setxattrat ours 252-256 Linux 6.13; listed since 257
@file-system listmount,statmount ours 252-256 Linux 6.8; listed since 257
@file-system open_tree ours 252-257 moved here from @mount in 258, since it needs no privilege without OPEN_TREE_CLONE
@mount open_tree systemd 252-257 moved to @file-system in 258
@mount open_tree_attr ours 252-257 Linux 6.15; listed since 258
@privileged quotactl_fd ours 252-253? came in point releases of 252 and 253
@resources set_mempolicy_home_node ours 252-253? came in point releases of 252 and 253
@sandbox * ours 252-253 a group since 254
@system-service arm_fadvise64_64 ours 252-253? came in point releases of 252 and 253

# Calls of architectures whose processes cannot be on our kernels, and that
# libseccomp does not know either.
@known osf_*,perfctr,sethae,setpgrp,oldumount,old_adjtimex,execv,exec_with_loader,dipc systemd 252- Alpha and SPARC
@known getdomainname,getdtablesize,gethostname,getxgid,getxpid,getxuid systemd 252- Alpha
@known arc_*,or1k_atomic systemd 252- ARC and OpenRISC
@known kern_features,memory_ordering,utrap_install systemd 252- SPARC
@known sched_get_affinity,sched_set_affinity systemd 252- MIPS' and Alpha's spelling
@known clone2,fp_udfiex_crtl,getunwind,old_getpagesize systemd 252-254? IA-64 and Alpha; dropped in point releases
@known arm_sync_file_range ours 252- arm's first name for sync_file_range2
@known fstatat,newfstat ours 252- the kernel's inner names, which only @file-system lists
@known nfsservctl ours 252-254? removed from Linux in 3.1; only @privileged lists it
@known nfsservctl ours 255- removed from Linux in 3.1; only @privileged lists it

# Calls of arm that its table in the kernel does not have.
@known breakpoint,get_tls,set_tls,usr26,usr32 ours 252-256 listed since 257
@known llseek ours 252-256 the kernel's inner name; listed since 257

# Calls newer than the release.
@known fchmodat2,futex_requeue,futex_wait,futex_wake,map_shadow_stack,riscv_hwprobe ours 252-254? Linux 6.5 to 6.7
@known cachestat ours 252-253 Linux 6.5
@known listmount,lsm_get_self_attr,lsm_list_modules,lsm_set_self_attr,mseal,statmount ours 252-255 Linux 6.8 and 6.10
@known getxattrat,listxattrat,removexattrat,setxattrat,uretprobe ours 252-256 Linux 6.11 and 6.13
@known file_getattr,file_setattr ours 252-256 Linux 6.17
@known file_getattr,file_setattr ours 257-257? Linux 6.17; came in point releases of 257
@known open_tree_attr ours 252-257 Linux 6.15
@known uprobe ours 252-257 Linux 6.18
@known listns ours 252-257 Linux 6.19
@known rseq_slice_yield ours 252-257 Linux 7.0
@known fchroot ours 252-257 Linux 7.3
@known open_tree_attr,uprobe,listns,rseq_slice_yield,fchroot ours 258-261? Linux 6.15 to 7.3
