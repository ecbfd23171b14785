/*
 * test_arguments.c
 *		Unit tests of rules on arguments as a policy writes them: what a text
 *		means, and what is said of a wrong one.
 *
 * Constants are named whose values x86-64 and aarch64 share.
 */
#include "test_arguments.h"

#include <errno.h>
#include <linux/sched.h>
#include <netinet/in.h>
#include <sys/socket.h>

static const char *const operators[] = {"==", "!=", "<", "<=", ">", ">="};

/* ----------
 * SystemCallRule
 * ----------
 */

#define FORMS " (Write it in decimal, or in hexadecimal behind 0x; octal is not accepted.)"
#define ACTIONS " (A rule ends in \"allow\", \"deny\" or \"errno NAME\".)"
#define POINTER " (A filter sees the address, not what lies there, and that can change after it looked.)"
#define SAME " says the same of every value"
#define AROUND(arg, call, instead) "other flags in argument " arg " of \"" call "\" would get around this rule" \
	" (Write \"" instead "...\", or the value as a number if it is meant so.)"
#define LARGE(what, arg, call, bits) what " is too large: argument " arg " of \"" call "\" has " bits " bits"
#define JOINED " is several values in one (Only flags can be joined. Write a rule for each value.)"

/*
 * A text, and the rule it stands for or all that is said of it.  A case breaks
 * when a form of the grammar is lost or means something else, when a mask is
 * not as wide as the kernel's argument, or when an error is missed, invented or
 * loses its hint.
 */
static const struct
{
	const char *text;
	const char *reads;
}			rule_texts[] = {
	/* actions */
	{"getpid allow", "allow"},
	{"getpid deny", "deny"},
	{"getpid errno EPERM", "errno 1"},
	{"getpid errno 4094", "errno 4094"},
	{"getpid \t errno \t EAGAIN", "errno 11"},
	{"riscv_hwprobe deny", "deny"},		/* no call of this machine: good, and of no use */
	{"ioctl", "the rule does not say what happens to the call" ACTIONS},
	{"ioctl arg1==1", "the rule does not say what happens to the call" ACTIONS},
	{"ioctl dney", "\"dney\" is neither a test nor an action (Did you mean \"deny\"?)"},
	{"ioctl Allow", "\"Allow\" is neither a test nor an action (Did you mean \"allow\"?)"},
	{"ioctl refuse", "\"refuse\" is neither a test nor an action" ACTIONS},
	{"ioctl arg1==1, deny", "\", deny\" is neither a test nor an action" ACTIONS},
	{"ioctl deny extra", "\"extra\" stands behind the end of the rule"},
	{"ioctl deny arg1==5", "\"arg1==5\" stands behind the end of the rule"},
	{"ioctl errno EPERM x", "\"x\" stands behind the end of the rule"},
	{"ioctl allow ;", "\";\" stands behind the end of the rule"},
	{"ioctl errno", "\"\" is not an error number (Write a name such as EPERM, or a number from 1 to 4094.)"},
	{"ioctl errno EPREM", "\"EPREM\" is not an error number (Did you mean \"EPERM\"?)"},
	{"ioctl errno 4095", "\"4095\" is not an error number (Write a name such as EPERM, or a number from 1 to 4094.)"},
	{"ioctl errno 0", "\"0\" is not an error number (Write a name such as EPERM, or a number from 1 to 4094.)"},
	{"ioctl errno kill", "\"kill\" is not accepted here (Give an error such as EPERM: a killed server process takes the whole cluster through crash recovery.)"},

	/* calls */
	{"iotcl deny", "unknown system call \"iotcl\" (Did you mean \"ioctl\"?)"},
	{"frobnicate deny", "unknown system call \"frobnicate\""},
	{"@mount deny", "unknown system call \"@mount deny\" (A rule is about one system call.)"},
	{"~ioctl deny", "unknown system call \"~ioctl deny\""},

	/* comparisons, and blanks around them */
	{"ioctl arg1==5 deny", "arg1&0xffffffff==0x5 deny"},
	{"ioctl arg1!=5 deny", "arg1&0xffffffff!=0x5 deny"},
	{"ioctl arg1<5 deny", "arg1&0xffffffff<0x5 deny"},
	{"ioctl arg1<=5 deny", "arg1&0xffffffff<=0x5 deny"},
	{"ioctl arg1>5 deny", "arg1&0xffffffff>0x5 deny"},
	{"ioctl arg1>=5 deny", "arg1&0xffffffff>=0x5 deny"},
	{"ioctl  arg1 & 7 | 8 == 1 | 2  arg2 > 3  deny", "arg1&0xf==0x3 arg2&0xffffffffffffffff>0x3 deny"},
	{"ioctl arg1=5 deny", "\"=5\" is not a comparison: ==, !=, <, <=, > or >= (Write \"==\".)"},
	{"ioctl arg1 5 deny", "\"5\" is not a comparison: ==, !=, <, <=, > or >="},
	{"ioctl arg1=>5 deny", "\"=>5\" is not a comparison: ==, !=, <, <=, > or >= (Write \"==\".)"},
	{"ioctl arg1", "\"\" is not a comparison: ==, !=, <, <=, > or >="},
	{"ioctl arg1===5 deny", "a value is missing before \"=5 deny\""},

	/* arguments */
	{"mount arg3&1!=0 deny", "arg3&0x1!=0x0 deny"},
	{"ioctl arg2==1 deny", "arg2&0xffffffffffffffff==0x1 deny"},
	{"ioctl arg6==1 deny", "there is no argument \"arg6\" (Arguments are arg0 to arg5.)"},
	{"ioctl arg10==1 deny", "there is no argument \"arg10\" (Arguments are arg0 to arg5.)"},
	{"ioctl arg==1 deny", "there is no argument \"arg\" (Arguments are arg0 to arg5.)"},
	{"ioctl arg1==1 argh deny", "there is no argument \"argh\" (Arguments are arg0 to arg5.)"},
	{"ioctl arg3==1 deny", "\"ioctl\" has no argument 3 (The first argument is arg0.)"},
	{"getpid arg0==1 deny", "\"getpid\" has no argument 0 (The first argument is arg0.)"},
	{"read arg1==1 deny", "argument 1 of \"read\" is a pointer" POINTER},
	{"openat arg1!=0 deny", "argument 1 of \"openat\" is a pointer" POINTER},
	{"ioctl arg1<=9 arg1>=2 arg1!=3 arg1!=4 arg1!=5 arg1!=6 allow",
		"arg1&0xffffffff<=0x9 arg1&0xffffffff>=0x2 arg1&0xffffffff!=0x3 arg1&0xffffffff!=0x4 "
	"arg1&0xffffffff!=0x5 arg1&0xffffffff!=0x6 allow"},
	{"ioctl arg1<=9 arg1>=2 arg1!=3 arg1!=4 arg1!=5 arg1!=6 arg1!=7 allow",
	"a rule has at most 6 tests (Split it: the first rule that fits decides.)"},

	/* numbers, of 32 bits and of 64 */
	{"ioctl arg1==0XfF deny", "arg1&0xffffffff==0xff deny"},
	{"ioctl arg1==0xffffffff deny", "arg1&0xffffffff==0xffffffff deny"},
	{"ioctl arg1==-1 deny", "arg1&0xffffffff==0xffffffff deny"},
	{"ioctl arg1==- 2 deny", "arg1&0xffffffff==0xfffffffe deny"},
	{"ioctl arg1==-0 deny", "arg1&0xffffffff==0x0 deny"},
	{"ioctl arg1==-2147483648 deny", "arg1&0xffffffff==0x80000000 deny"},
	{"ioctl arg1==-2147483649 deny", LARGE("-2147483649", "1", "ioctl", "32")},
	{"ioctl arg1==4294967296 deny", LARGE("4294967296", "1", "ioctl", "32")},
	{"ioctl arg1&0x100000000!=0 deny", LARGE("0x100000000", "1", "ioctl", "32")},
	{"lseek arg1==-1 deny", "arg1&0xffffffffffffffff==0xffffffffffffffff deny"},
	{"lseek arg1==-0x8000000000000000 deny", "arg1&0xffffffffffffffff==0x8000000000000000 deny"},
	{"lseek arg1==-0x8000000000000001 deny", LARGE("-0x8000000000000001", "1", "lseek", "64")},
	{"lseek arg1==18446744073709551615 deny", "arg1&0xffffffffffffffff==0xffffffffffffffff deny"},
	{"lseek arg1==18446744073709551616 deny", LARGE("18446744073709551616", "1", "lseek", "64")},
	{"lseek arg1==0x10000000000000000 deny", LARGE("0x10000000000000000", "1", "lseek", "64")},
	{"lseek arg1==0x00000000000000000001 deny", "arg1&0xffffffffffffffff==0x1 deny"},
	{"ioctl arg1==010 deny", "\"010\" is not a number" FORMS},
	{"ioctl arg1==0x deny", "\"0x\" is not a number" FORMS},
	{"ioctl arg1==12ab deny", "\"12ab\" is not a number" FORMS},
	{"ioctl arg1==1_000 deny", "\"1_000\" is not a number" FORMS},
	{"ioctl arg1==-TIOCSTI deny", "\"-TIOCSTI\": only numbers can be negative"},
	{"ioctl arg1==", "a value is missing before \"\""},
	{"ioctl arg1==|1 deny", "a value is missing before \"|1 deny\""},
	{"ioctl arg1&==1 deny", "a value is missing before \"==1 deny\""},
	{"ioctl arg1&&3==1 deny", "a value is missing before \"&3==1 deny\""},
	{"ioctl arg1== deny", "unknown value \"deny\" of argument 1 of \"ioctl\""},
	{"ioctl arg1==1| deny", "unknown value \"deny\" of argument 1 of \"ioctl\""},

	/* constants */
	{"ioctl arg1==TIOCSTI errno EPERM", "arg1&0xffffffff==0x5412 errno 1"},
	{"kill arg0!=-1 arg1==SIGKILL deny", "arg0&0xffffffff!=0xffffffff arg1&0xffffffff==0x9 deny"},
	{"socket arg0==AF_NETLINK arg2==NETLINK_AUDIT deny", "arg0&0xffffffff==0x10 arg2&0xffffffff==0x9 deny"},
	{"socket arg2==IPPROTO_TCP arg2!=CAN_RAW deny", "arg2&0xffffffff==0x6 arg2&0xffffffff!=0x1 deny"},
	{"prctl arg0==PR_SET_DUMPABLE arg1!=0 deny", "arg0&0xffffffff==0x4 arg1&0xffffffffffffffff!=0x0 deny"},
	{"clone arg0&CLONE_NEWUSER|CLONE_NEWNET!=0 deny", "arg0&0x50000000!=0x0 deny"},
	{"mmap arg2&PROT_WRITE|PROT_EXEC==PROT_EXEC|PROT_WRITE deny", "arg2&0x6==0x6 deny"},
	{"openat arg0==AT_FDCWD arg2&O_WRONLY|O_RDWR!=0 deny", "arg0&0xffffffff==0xffffff9c arg2&0x3!=0x0 deny"},
	{"socket arg0==AF_PACKTE deny", "unknown value \"AF_PACKTE\" of argument 0 of \"socket\" (Did you mean \"AF_PACKET\"?)"},
	{"ioctl arg1==TIOCSTY deny", "unknown value \"TIOCSTY\" of argument 1 of \"ioctl\" (Did you mean \"TIOCSTI\"?)"},
	{"ioctl arg1==PROT_EXEC deny", "unknown value \"PROT_EXEC\" of argument 1 of \"ioctl\""},
	{"ioctl arg0==TIOCSTI deny", "unknown value \"TIOCSTI\" of argument 0 of \"ioctl\""},
	{"socket arg1&0xf==SOCK_RAW|SOCK_DGRAM deny", "\"SOCK_RAW|SOCK_DGRAM\"" JOINED},
	{"ioctl arg1==TIOCSTI | TIOCSETD deny", "\"TIOCSTI | TIOCSETD\"" JOINED},

	/* a test that tells nothing apart: each comparison, at each end */
	{"ioctl arg1&0==0 deny", "a mask of 0 leaves nothing to compare"},
	{"ioctl arg1&0xff00==0x5401 deny", "\"arg1&0xff00==0x5401\"" SAME},
	{"ioctl arg1 & 0xff00 != 0x5401 deny", "\"arg1 & 0xff00 != 0x5401\"" SAME},
	{"socket arg1&1==SOCK_RAW deny", "\"arg1&1==SOCK_RAW\"" SAME},
	{"ioctl arg1<0 deny", "\"arg1<0\"" SAME},
	{"ioctl arg1>=0 deny", "\"arg1>=0\"" SAME},
	{"ioctl arg1>0xffffffff deny", "\"arg1>0xffffffff\"" SAME},
	{"ioctl arg1<=-1 deny", "\"arg1<=-1\"" SAME},
	{"ioctl arg1&6>6 deny", "\"arg1&6>6\"" SAME},
	{"ioctl arg1&6<=6 deny", "\"arg1&6<=6\"" SAME},
	{"ioctl arg1&6<7 deny", "\"arg1&6<7\"" SAME},
	{"ioctl arg1&6>=7 deny", "\"arg1&6>=7\"" SAME},
	{"lseek arg1<=-1 deny", "\"arg1<=-1\"" SAME},
	{"ioctl arg1&6<6 deny", "arg1&0x6<0x6 deny"},
	{"ioctl arg1&6<=5 deny", "arg1&0x6<=0x5 deny"},
	{"ioctl arg1&6>5 deny", "arg1&0x6>0x5 deny"},
	{"ioctl arg1&6>=6 deny", "arg1&0x6>=0x6 deny"},
	{"ioctl arg1<1 deny", "arg1&0xffffffff<0x1 deny"},
	{"ioctl arg1>0xfffffffe deny", "arg1&0xffffffff>0xfffffffe deny"},

	/* one flag of several, one field beside others: only what cannot be got around */
	{"socket arg1==SOCK_RAW deny", AROUND("1", "socket", "arg1&0xf==")},
	{"socket arg1==SOCK_RAW errno EPERM", AROUND("1", "socket", "arg1&0xf==")},
	{"socket arg1!=SOCK_RAW allow", AROUND("1", "socket", "arg1&0xf!=")},
	{"socket arg1!=SOCK_RAW deny", "arg1&0xffffffff!=0x3 deny"},
	{"socket arg1==SOCK_RAW allow", "arg1&0xffffffff==0x3 allow"},
	{"socket arg1&0xf==SOCK_RAW deny", "arg1&0xf==0x3 deny"},
	{"socket arg1==3 deny", "arg1&0xffffffff==0x3 deny"},
	{"openat arg2==O_WRONLY deny", AROUND("2", "openat", "arg2&0x3==")},
	{"openat arg2==O_WRONLY|O_CREAT deny", AROUND("2", "openat", "arg2&0x43==")},
	{"clone arg0==CLONE_NEWUSER deny", AROUND("0", "clone", "arg0&0x10000000==")},
	{"ioctl arg1!=1 socket arg1==SOCK_RAW deny", "\"socket\" is neither a test nor an action" ACTIONS},
};

/* A rule in a form of its own, all numbers. */
static char *
rule_text(const sc_rule *rule)
{
	char	   *text = sc_format("%s", "");

	for (int i = 0; i < sc_rule_ntests(rule); i++)
		text = sc_format("%sarg%d&0x%llx%s0x%llx ", text, rule->tests[i].arg, (unsigned long long) rule->tests[i].mask,
						 operators[rule->tests[i].op], (unsigned long long) rule->tests[i].value);
	if (rule->deny && rule->quiet)
		return sc_format("%serrno %d", text, rule->err);
	return sc_format("%s%s%s", text, rule->deny ? "deny" : "allow", rule->err || (rule->quiet && !rule->deny) ? " with an error" : "");
}

static void
test_texts(void)
{
	for (size_t i = 0; i < sizeof(rule_texts) / sizeof(rule_texts[0]); i++)
	{
		sc_errors	errors = {.nlist = 0};
		sc_rule		rule;
		bool		good = sc_rule_parse(&rule, rule_texts[i].text, 7, &errors);
		const char *said = errors.total ? sc_errors_text(&errors, "p") : "";

		is_str(good ? rule_text(&rule) : strncmp(said, "p:7: ", 5) == 0 ? said + 5 : said, rule_texts[i].reads, "%s",
			   rule_texts[i].text);
		ok(good == (errors.total == 0) && (!good || (rule.line == 7 && rule.only == 0 && !rule.loud)),
		   "and it is told whether it is good");
		sc_test_reset();
	}
}

/* ----------
 * Directives
 * ----------
 */

/*
 * Order, reset and places of SystemCallRule.  Breaks when rules are kept in
 * another order, survive an empty line, come after the list of names, or
 * outdo a directive.
 */
static void
test_rule_lines(void)
{
	const char *errors;
	const sc_ruleset *rules;

	rules = session_of("SystemCallRule=ioctl arg1==1 errno ENOTTY\nSystemCallRule=ioctl arg1<=2 deny\n"
					   "SystemCallRule=ioctl arg1==2 allow\nSystemCallRule = \\\n  ioctl \\\n  arg1==3 \\\n errno EIO\n"
					   "SystemCallErrorNumber=EACCES\n", &errors);
	is_str(errors, "", "rules on several lines");
	is_int(ANSWER(rules, "ioctl", 0, 1), -ENOTTY, "the first rule that fits decides");
	is_int(ANSWER(rules, "ioctl", 0, 2), EACCES, "a later one that allows does not, and the section's error holds");
	is_int(ANSWER(rules, "ioctl", 0, 3), -EIO, "a rule on continued lines");
	is_int(ANSWER(rules, "ioctl", 0, 4), 0, "what no rule fits runs");

	rules = session_of("SystemCallFilter=~ioctl\nSystemCallRule=ioctl arg1==1 allow\nSystemCallRule=ioctl arg1==2 errno EIO\n",
					   &errors);
	is_int(ANSWER(rules, "ioctl", 0, 1), 0, "a rule lets through what the list denies");
	is_int(ANSWER(rules, "ioctl", 0, 2), -EIO, "or gives it another error");
	is_int(ANSWER(rules, "ioctl", 0, 3), EPERM, "else the list decides");
	rules = session_of("SystemCallRule=ioctl arg1==0x5412 allow\nSystemCallRule=ioctl arg1==0x5413 deny\nRestrictTTY=yes\n",
					   &errors);
	is_int(ANSWER(rules, "ioctl", 0, 0x5412), EPERM, "a rule that allows does not outdo a directive");
	is_int(ANSWER(rules, "ioctl", 0, 0x5413), EPERM, "one that denies does");

	rules = session_of("SystemCallRule=ioctl arg1==1 deny\nSystemCallRule=\nSystemCallRule=ioctl arg1==2 deny\n", &errors);
	is_str(errors, "", "an empty rule");
	is_int(ANSWER(rules, "ioctl", 0, 1), 0, "takes those before it back");
	is_int(ANSWER(rules, "ioctl", 0, 2), EPERM, "and none behind it");
	is_int(rules->own.n, 1, "one rule is left");

	session_of("SystemCallRule=iotcl deny\nSystemCallRule=ioctl arg1=5 deny\n[Policy]\nSystemCallRule=ioctl deny\n", &errors);
	is_str(errors, "p:4: unknown system call \"iotcl\" (Did you mean \"ioctl\"?)\n"
		   "p:5: \"=5\" is not a comparison: ==, !=, <, <=, > or >= (Write \"==\".)\n"
		   "p:7: directive \"SystemCallRule\" does not belong in [Policy]", "errors have their lines");
	is_str(policy_errors(policy_from("[Server]\nSystemCallRule=fsync deny\n")),
		   "p:2: [Server] denies what PostgreSQL cannot survive without: fsync (A call that the server needs to keep its data"
		   " safe or to run at all may not be denied; doc/catalog.md has the list.)", "a rule that PostgreSQL cannot live with");
	is_str(policy_errors(policy_from("[Server]\nSystemCallRule=chmod arg1&04000!=0 deny\n")),
		   "p:2: \"04000\" is not a number (Write it in decimal, or in hexadecimal behind 0x; octal is not accepted.)", "octal");
	is_str(policy_errors(policy_from("[Server]\nSystemCallRule=chmod arg1&0x800!=0 deny\nSystemCallRule=fchmodat arg2&0x800!=0 deny\n")),
		   "", "modes that it never sets may be denied");
	ok(strstr(policy_errors(policy_from("[Server]\nSystemCallRule=chmod arg1==0x1c0 deny\n")), "survive without: chmod(0x1000, 0700)") != NULL,
	   "those that it sets may not");
	is_str(policy_errors(policy_from("[Server]\nSystemCallRule=socket arg0==AF_UNIX deny\nSystemCallRule=socket arg0==AF_INET6 deny\n")),
		   "", "nor all the sockets to listen on: one kind is enough");
	ok(strstr(policy_errors(policy_from("[Server]\nSystemCallRule=socket arg0!=AF_PACKET deny\n")), "survive without: socket(AF_UNIX, SOCK_STREAM") != NULL,
	   "but it has to be one");
	is_str(policy_errors(policy_from("[Server]\nRestrictAddressFamilies=AF_INET\n")), "", "in directives as well");
	ok(strstr(policy_errors(policy_from("[Server]\nRestrictAddressFamilies=AF_PACKET\n")), "survive without: socket(AF_UNIX") != NULL,
	   "of which one leaves none");
	sc_test_reset();
}

#define NO_SOCKET(word) "p:4: \"" word "\" is not a kind of socket (Write FAMILY, FAMILY/TYPE, FAMILY/PROTOCOL or FAMILY/TYPE/PROTOCOL.)"
#define PLAIN(word) "p:4: \"" word "\": address families take no quotes, no \"+\" and no \"~\" of their own"

/* What is said of a wrong RestrictAddressFamilies, RestrictNamespaces or switch. */
static const struct
{
	const char *lines;
	const char *errors;
}			wrong[] = {
	{"RestrictAddressFamilies=AF_UNIX AF_INTE\n", "p:4: unknown address family \"AF_INTE\" (Did you mean \"AF_INET\"?)"},
	{"RestrictAddressFamilies=AF_UNIX,AF_INET\n", "p:4: unknown address family \"AF_UNIX,AF_INET\" (Separate words by spaces.)"},
	{"RestrictAddressFamilies=AF_UNIX \\\n  frobnicate\n", "p:5: unknown address family \"frobnicate\""},
	{"RestrictAddressFamilies=-1\n", "p:4: unknown address family \"-1\""},
	{"RestrictAddressFamilies=99999\n", "p:4: unknown address family \"99999\""},
	{"RestrictAddressFamilies=AF_UNIX none\n", "p:4: unknown address family \"none\""},
	{"RestrictAddressFamilies=~none\n", "p:4: unknown address family \"none\""},
	{"RestrictAddressFamilies=AF_INET/SOCK_STERAM\n",
	"p:4: unknown socket type or protocol \"SOCK_STERAM\" (Did you mean \"SOCK_STREAM\"?)"},
	{"RestrictAddressFamilies=AF_INET/IPPROTO_TPC\n",
	"p:4: unknown socket type or protocol \"IPPROTO_TPC\" (Did you mean \"IPPROTO_TCP\"?)"},
	{"RestrictAddressFamilies=AF_INET/SOCK_STREAM/SOCK_DGRAM\n", "p:4: unknown protocol \"SOCK_DGRAM\""},
	{"RestrictAddressFamilies=AF_UNIX/NETLINK_ROUTE\n", "p:4: unknown socket type or protocol \"NETLINK_ROUTE\""},
	{"RestrictAddressFamilies=AF_INET/\n", "p:4: unknown socket type or protocol \"\""},
	{"RestrictAddressFamilies=AF_INET/SOCK_STREAM/IPPROTO_TCP/0\n", NO_SOCKET("AF_INET/SOCK_STREAM/IPPROTO_TCP/0")},
	{"RestrictAddressFamilies=AF_INET/SOCK_CLOEXEC\n", NO_SOCKET("AF_INET/SOCK_CLOEXEC")},
	{"RestrictAddressFamilies=\"AF_INET\"\n", PLAIN("AF_INET")},
	{"RestrictAddressFamilies=+AF_INET\n", PLAIN("AF_INET")},
	{"RestrictAddressFamilies=AF_UNIX ~AF_INET\n", PLAIN("~AF_INET") " (Start the value with \"~\" to deny all its words.)"},
	{"RestrictAddressFamilies=AF_INET:\n", "p:4: \"\" is not an error number (Write a name such as EPERM, or a number from 1 to 4094.)"},
	{"RestrictAddressFamilies=AF_INET:EPREM\n", "p:4: \"EPREM\" is not an error number (Did you mean \"EPERM\"?)"},
	{"RestrictAddressFamilies=~AF_INET\nRestrictAddressFamilies=AF_UNIX:EPERM\n",
		"p:5: \"AF_UNIX:EPERM\": what is taken off a deny-list has no error"
	" (Write it behind \"~\" to deny it with this error.)"},
	{"RestrictNamespaces=usre\n", "p:4: unknown type of namespace \"usre\" (Did you mean \"user\"?)"},
	{"RestrictNamespaces=~yes\n", "p:4: unknown type of namespace \"yes\""
	" (Write \"yes\", \"no\", or some of cgroup, ipc, mnt, net, pid, time, user and uts.)"},
	{"RestrictNamespaces=user yes\n", "p:4: unknown type of namespace \"yes\""
	" (Write \"yes\", \"no\", or some of cgroup, ipc, mnt, net, pid, time, user and uts.)"},
	{"RestrictNamespaces=user \\\n  ent pids\n",
		"p:5: unknown type of namespace \"ent\" (Did you mean \"net\"?)\n"
	"p:5: unknown type of namespace \"pids\" (Did you mean \"pid\"?)"},
	{"RestrictRealtime=maybe\n", "p:4: RestrictRealtime is not \"maybe\" (Write \"yes\" or \"no\".)"},
	{"RestrictRealtime=~yes\n", "p:4: RestrictRealtime is not \"~yes\" (Write \"yes\" or \"no\".)"},
	{"RestrictRealtime=yes no\n", "p:4: RestrictRealtime is not \"yes no\" (Write \"yes\" or \"no\".)"},
	{"RestrictRealtime=Yes\n", "p:4: RestrictRealtime is not \"Yes\" (Write \"yes\" or \"no\".)"},
	{"RestrictRealTime=yes\n", "p:4: unknown directive \"RestrictRealTime\" (Did you mean \"RestrictRealtime\"?)"},
	{"RestrictPipe=yes\n", "p:4: unknown directive \"RestrictPipe\" (Did you mean \"RestrictPipes\"?)"},
	{"ProcessDumpable=2\n", "p:4: ProcessDumpable is not \"2\" (Write \"yes\" or \"no\".)"},
	{"SpeculationMitigation=auto\n", "p:4: SpeculationMitigation is not \"auto\" (Write \"yes\" or \"no\".)"},
	{"[Policy]\nLockPersonality=yes\nProcessDumpable=no\n",
		"p:5: directive \"LockPersonality\" does not belong in [Policy]\n"
	"p:6: directive \"ProcessDumpable\" does not belong in [Policy]"},
};

static void
test_wrong(void)
{
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
	{
		const char *errors;

		session_of(wrong[i].lines, &errors);
		is_str(errors, wrong[i].errors, "%.*s", (int) strcspn(wrong[i].lines, "\n"), wrong[i].lines);
	}
	sc_test_reset();
}

#define NOFAMILY EAFNOSUPPORT
#define NOPROTO EPROTONOSUPPORT
#define ALLOW_INET "RestrictAddressFamilies=AF_UNIX AF_INET\n"
#define TCP "RestrictAddressFamilies=AF_INET/SOCK_STREAM/IPPROTO_TCP\n"

/*
 * Lists of sockets, and what they say of one.  A case breaks when a word
 * admits more or less than it says, the order of words is lost, an alias lets
 * through what is denied, or libc gets an error it does not fall back on.
 */
static const struct
{
	const char *lines;
	int			family;
	int			type;
	int			protocol;
	int			answer;			/* as answer() */
}			sockets[] = {
	/* allow-lists */
	{ALLOW_INET, AF_UNIX, SOCK_STREAM, 0, 0},
	{ALLOW_INET, AF_INET, SOCK_RAW | SOCK_CLOEXEC, 255, 0},
	{ALLOW_INET, AF_INET6, SOCK_STREAM, 0, NOFAMILY},
	{ALLOW_INET, -1, SOCK_STREAM, 0, NOFAMILY},
	{ALLOW_INET "RestrictAddressFamilies=AF_INET6\n", AF_INET6, SOCK_STREAM, 0, 0},
	{ALLOW_INET "RestrictAddressFamilies=~AF_INET\n", AF_INET, SOCK_STREAM, 0, NOFAMILY},
	{ALLOW_INET "RestrictAddressFamilies=~AF_INET\n", AF_UNIX, SOCK_STREAM, 0, 0},
	{ALLOW_INET "RestrictAddressFamilies=~AF_INET\nRestrictAddressFamilies=AF_INET\n", AF_INET, SOCK_STREAM, 0, 0},
	{ALLOW_INET "RestrictAddressFamilies=\n", AF_PACKET, SOCK_RAW, 3, 0},
	{ALLOW_INET "RestrictAddressFamilies=\nRestrictAddressFamilies=~AF_UNIX\n", AF_INET6, SOCK_STREAM, 0, 0},
	{ALLOW_INET "RestrictAddressFamilies=none\n", AF_UNIX, SOCK_STREAM, 0, NOFAMILY},
	{"RestrictAddressFamilies=none\n", AF_UNIX, SOCK_STREAM, 0, NOFAMILY},
	{"RestrictAddressFamilies=none\nRestrictAddressFamilies=AF_UNIX\n", AF_UNIX, SOCK_STREAM, 0, 0},
	{"RestrictAddressFamilies=16\n", AF_NETLINK, SOCK_RAW, 0, 0},
	{"RestrictAddressFamilies=16\n", AF_UNIX, SOCK_RAW, 0, NOFAMILY},

	/* deny-lists */
	{"RestrictAddressFamilies=~AF_PACKET\n", AF_PACKET, SOCK_RAW, 3, NOFAMILY},
	{"RestrictAddressFamilies=~AF_PACKET\n", AF_UNIX, SOCK_STREAM, 0, 0},
	{"RestrictAddressFamilies=~AF_PACKET AF_INET\nRestrictAddressFamilies=AF_INET\n", AF_INET, SOCK_STREAM, 0, 0},
	{"RestrictAddressFamilies=~AF_INET\nRestrictAddressFamilies=AF_INET/SOCK_STREAM\n", AF_INET, SOCK_STREAM, 0, 0},
	{"RestrictAddressFamilies=~AF_INET\nRestrictAddressFamilies=AF_INET/SOCK_STREAM\n", AF_INET, SOCK_DGRAM, 0, NOFAMILY},
	{"RestrictAddressFamilies=~AF_INET/SOCK_RAW\n", AF_INET, SOCK_RAW | SOCK_NONBLOCK, 1, NOPROTO},
	{"RestrictAddressFamilies=~AF_INET/SOCK_RAW\n", AF_INET, SOCK_DGRAM, 0, 0},

	/* types, protocols, and protocol 0 */
	{TCP, AF_INET, SOCK_STREAM, IPPROTO_TCP, 0},
	{TCP, AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0, 0},
	{TCP, AF_INET, SOCK_STREAM, 262, NOPROTO},	/* IPPROTO_MPTCP */
	{TCP, AF_INET, SOCK_DGRAM, 0, NOPROTO},
	{TCP, AF_INET, SOCK_RAW, IPPROTO_TCP, NOPROTO},
	{TCP, AF_INET6, SOCK_STREAM, 0, NOFAMILY},
	{"RestrictAddressFamilies=AF_INET6/SOCK_DGRAM/IPPROTO_UDP\n", AF_INET6, SOCK_DGRAM, 0, 0},
	{"RestrictAddressFamilies=AF_INET6/SOCK_DGRAM/IPPROTO_UDP\n", AF_INET6, SOCK_STREAM, 0, NOPROTO},
	{"RestrictAddressFamilies=AF_INET6/SOCK_DGRAM/0\n", AF_INET6, SOCK_DGRAM, IPPROTO_UDP, 0},
	{"RestrictAddressFamilies=AF_INET/IPPROTO_TCP\n", AF_INET, SOCK_STREAM, 0, 0},
	{"RestrictAddressFamilies=AF_INET/IPPROTO_TCP\n", AF_INET, SOCK_DGRAM, 0, NOPROTO},
	{"RestrictAddressFamilies=AF_INET/SOCK_STREAM/132\n", AF_INET, SOCK_STREAM, 0, NOPROTO},
	{"RestrictAddressFamilies=~AF_INET/SOCK_STREAM/IPPROTO_TCP\n", AF_INET, SOCK_STREAM, 0, NOPROTO},
	{"RestrictAddressFamilies=AF_NETLINK/NETLINK_ROUTE\n", AF_NETLINK, SOCK_RAW, 0, 0},
	{"RestrictAddressFamilies=AF_NETLINK/NETLINK_ROUTE\n", AF_NETLINK, SOCK_RAW, 9, NOPROTO},
	{"RestrictAddressFamilies=AF_NETLINK/SOCK_DGRAM/NETLINK_ROUTE\n", AF_NETLINK, SOCK_RAW, 0, NOPROTO},
	{"RestrictAddressFamilies=AF_BLUETOOTH/BTPROTO_HCI AF_CAN/CAN_RAW\n", AF_CAN, SOCK_RAW, 1, 0},

	/* the last word that matches wins, its error with it */
	{"RestrictAddressFamilies=AF_INET AF_INET/SOCK_RAW:EPERM\n", AF_INET, SOCK_RAW, 1, -EPERM},
	{"RestrictAddressFamilies=AF_INET AF_INET/SOCK_RAW:EPERM\n", AF_INET, SOCK_STREAM, 0, 0},
	{"RestrictAddressFamilies=AF_INET/SOCK_RAW:EPERM AF_INET\n", AF_INET, SOCK_RAW, 1, 0},
	{"RestrictAddressFamilies=AF_NETLINK/NETLINK_ROUTE AF_NETLINK/NETLINK_AUDIT:EPROTONOSUPPORT\n", AF_NETLINK, SOCK_RAW, 9, -NOPROTO},
	{"RestrictAddressFamilies=AF_UNIX AF_VSOCK:EACCES\n", AF_VSOCK, SOCK_STREAM, 0, -EACCES},
	{"RestrictAddressFamilies=AF_UNIX AF_VSOCK:EACCES\nRestrictAddressFamilies=~AF_VSOCK\n", AF_VSOCK, SOCK_STREAM, 0, NOFAMILY},
	{"RestrictAddressFamilies=~AF_VSOCK:EACCES AF_INET\n", AF_VSOCK, SOCK_STREAM, 0, -EACCES},
	{"RestrictAddressFamilies=~AF_VSOCK:EACCES AF_INET\n", AF_INET, SOCK_STREAM, 0, NOFAMILY},

	/* AF_INET with SOCK_PACKET is AF_PACKET with it (net/socket.c) */
	{ALLOW_INET, AF_INET, SOCK_PACKET, 3, NOFAMILY},
	{"RestrictAddressFamilies=AF_INET AF_PACKET\n", AF_INET, SOCK_PACKET, 3, 0},
	{"RestrictAddressFamilies=AF_INET AF_PACKET/SOCK_PACKET\n", AF_INET, SOCK_PACKET, 3, 0},
	{"RestrictAddressFamilies=AF_INET AF_PACKET/SOCK_RAW\n", AF_INET, SOCK_PACKET, 3, NOFAMILY},
	{"RestrictAddressFamilies=~AF_PACKET\n", AF_INET, SOCK_PACKET | SOCK_CLOEXEC, 3, NOFAMILY},
	{"RestrictAddressFamilies=~AF_PACKET/SOCK_PACKET\n", AF_INET, SOCK_PACKET, 3, NOFAMILY},
	{"RestrictAddressFamilies=~AF_PACKET/3\n", AF_INET, SOCK_PACKET, 3, NOFAMILY},
	{"RestrictAddressFamilies=AF_INET AF_PACKET/SOCK_PACKET/8\n", AF_INET, SOCK_PACKET, 3, NOFAMILY},
	{"RestrictAddressFamilies=~AF_UNIX\n", AF_INET, SOCK_PACKET, 3, 0},
};

static void
test_sockets(void)
{
	for (size_t i = 0; i < sizeof(sockets) / sizeof(sockets[0]); i++)
	{
		const char *errors;
		const sc_ruleset *rules = session_of(sockets[i].lines, &errors);
		bool		said = rules->sockets.line > 0;

		if (*errors)
			is_str(errors, "", "%s is good", sockets[i].lines);
		for (int pair = 0; pair < 2; pair++)
		{
			/* ints, whatever stands above them */
			is_int(ANSWER(rules, pair ? "socketpair" : "socket", (uint32_t) sockets[i].family | UINT64_C(0xdead) << 32,
						  (uint64_t) (int64_t) sockets[i].type, (uint32_t) sockets[i].protocol | UINT64_C(1) << 32),
				   sockets[i].answer, "%.*s: %s(%d, 0x%x, %d)", (int) strlen(sockets[i].lines) - 1, sockets[i].lines,
				   pair ? "socketpair" : "socket", sockets[i].family, (unsigned) sockets[i].type, sockets[i].protocol);
		}
		is_int(ANSWER(rules, "io_uring_setup", 1), said ? -ENOSYS : 0, "and what makes sockets without socket()");
	}
	sc_test_reset();
}

#define ALL_TYPES (CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET | \
				   0x80 /* CLONE_NEWTIME */)

/*
 * Lists of namespaces and the types that they deny.  Breaks when a type is
 * taken for another, a line resets what it should add to, or a call has a way
 * around: any of unshare, setns and clone, alone or among other flags.
 */
static const struct
{
	const char *lines;
	uint32_t	denied;
}			namespaces[] = {
	{"RestrictNamespaces=yes\n", ALL_TYPES},
	{"RestrictNamespaces=on\n", ALL_TYPES},
	{"RestrictNamespaces=no\n", 0},
	{"RestrictNamespaces=false\n", 0},
	{"RestrictNamespaces=yes\nRestrictNamespaces=no\n", 0},
	{"RestrictNamespaces=no\nRestrictNamespaces=yes\n", ALL_TYPES},
	{"RestrictNamespaces=yes\nRestrictNamespaces=\n", 0},
	{"RestrictNamespaces=yes\nRestrictNamespaces=user\n", ALL_TYPES & ~CLONE_NEWUSER},
	{"RestrictNamespaces=~user\n", CLONE_NEWUSER},
	{"RestrictNamespaces=~user net\nRestrictNamespaces=~pid\n", CLONE_NEWUSER | CLONE_NEWNET | CLONE_NEWPID},
	{"RestrictNamespaces=~user net\nRestrictNamespaces=net\n", CLONE_NEWUSER},
	{"RestrictNamespaces=user net\n", ALL_TYPES & ~(CLONE_NEWUSER | CLONE_NEWNET)},
	{"RestrictNamespaces=user\nRestrictNamespaces=net\n", ALL_TYPES & ~(CLONE_NEWUSER | CLONE_NEWNET)},
	{"RestrictNamespaces=user net\nRestrictNamespaces=~net\n", ALL_TYPES & ~CLONE_NEWUSER},
	{"RestrictNamespaces=~user\nRestrictNamespaces=\nRestrictNamespaces=net\n", ALL_TYPES & ~CLONE_NEWNET},
	{"RestrictNamespaces=no\nRestrictNamespaces=~uts\n", CLONE_NEWUTS},
	{"RestrictNamespaces=~time\n", 0x80},
	{"RestrictNamespaces=~cgroup ipc mnt\n", CLONE_NEWCGROUP | CLONE_NEWIPC | CLONE_NEWNS},
	{"RestrictNamespaces=cgroup ipc net mnt pid user uts time\n", 0},
};

static void
test_namespaces(void)
{
	for (size_t i = 0; i < sizeof(namespaces) / sizeof(namespaces[0]); i++)
	{
		const char *errors;
		const sc_ruleset *rules = session_of(namespaces[i].lines, &errors);
		const uint32_t denied = namespaces[i].denied;
		int			wrong_answers = 0;

		if (*errors)
			is_str(errors, "", "%s is good", namespaces[i].lines);
		for (int bit = 0; bit < 32; bit++)
		{
			const uint64_t flag = UINT64_C(1) << bit;
			const bool	refused = (flag & denied) != 0;

			wrong_answers += ANSWER(rules, "unshare", flag) != (refused ? EPERM : 0);
			wrong_answers += ANSWER(rules, "unshare", flag | CLONE_FILES) != (refused ? EPERM : 0);
			wrong_answers += ANSWER(rules, "setns", 3, flag | UINT64_C(1) << 40) != (refused ? EPERM : 0);
			/* the low byte is the signal of the child's end, and has no namespace */
			wrong_answers += ANSWER(rules, "clone", flag | 17) != (refused && bit > 7 ? EPERM : 0);
		}
		wrong_answers += ANSWER(rules, "setns", 3, 0) != (denied ? EPERM : 0);
		wrong_answers += ANSWER(rules, "setns", 3, UINT64_C(1) << 32) != (denied ? EPERM : 0);
		wrong_answers += ANSWER(rules, "clone3", 0, 88) != (denied ? -ENOSYS : 0);
		wrong_answers += ANSWER(rules, "unshare", 0) != 0;
		is_int(wrong_answers, 0, "%s", sc_format("%.*s", (int) strlen(namespaces[i].lines) - 1, namespaces[i].lines));
	}
	sc_test_reset();
}

/*
 * Breaks when a switch does not know one of systemd's booleans, when not the
 * last word wins, or a line that takes it back leaves its rules.
 */
static void
test_switches(void)
{
	static const struct
	{
		const char *value;
		bool		on;
	}			values[] = {
		{"yes", true}, {"true", true}, {"on", true}, {"1", true},
		{"no", false}, {"false", false}, {"off", false}, {"0", false}, {"", false},
	};
	const int	nvalues = (int) (sizeof(values) / sizeof(values[0]));
	const char *errors;

	ok(sc_nswitches <= SC_MAX_SWITCHES, "there are %d switches", sc_nswitches);
	for (int i = 0; i < sc_nswitches; i++)
	{
		const char *name = sc_switches[i].name;
		int			wrong_answers = 0;

		ok(i == 0 || strcmp(sc_switches[i - 1].name, name) < 0, "%s stands in order", name);
		for (int v = 0; v < nvalues; v++)
			for (int before = 0; before < nvalues; before++)
			{
				const sc_ruleset *rules = session_of(sc_format("%s=%s\n%s = %s\n", name, values[before].value, name, values[v].value),
													 &errors);

				wrong_answers += *errors != '\0' || rules->nlists != values[v].on || sc_rules_has(rules, name) != values[v].on ||
					(values[v].on && (rules->lists[0].rules != sc_switches[i].rules || rules->lists[0].line != 5));
			}
		is_int(wrong_answers, 0, "%s: each boolean, and the last one wins", name);
		sc_test_reset();
	}
	for (int v = 0; v < nvalues; v++)
	{
		const sc_ruleset *rules = session_of(sc_format("ProcessDumpable=%s\nSpeculationMitigation=%s\n", values[v].value,
													   values[v].value), &errors);
		sc_choice	want = *values[v].value == '\0' ? SC_UNSAID : values[v].on ? SC_YES : SC_NO;

		is_str(errors, "", "ProcessDumpable=%s", values[v].value);
		is_int(rules->dumpable, want, "is heard");
		is_int(rules->mitigation, want, "SpeculationMitigation, too");
		is_int(ANSWER(rules, "prctl", 4, 1), want == SC_NO ? EPERM : 0, "and a process may%s take it back",
			   want == SC_NO ? " not" : "");
		is_int(ANSWER(rules, "prctl", 4, 0), 0, "but say it again");
	}
	sc_test_reset();
}

int
main(void)
{
	start_tests();
	test_texts();
	test_rule_lines();
	test_wrong();
	test_sockets();
	test_namespaces();
	test_switches();
	return done_testing();
}
