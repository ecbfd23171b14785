/*
 * test_policy.c
 *		Unit tests of the policy language: what a text means, and what is said
 *		of a wrong one.
 *
 * Calls are named that both x86-64 and aarch64 have, so that the expectations
 * hold on either.
 */
#include "helpers.h"

#include <errno.h>
#include <unistd.h>

/* A policy that is good as it is; three lines, so what follows begins at 4. */
#define BASE "[Server]\nSystemCallFilter=~mount\n\n"

#define REQUIRED(section, names) \
	"[" section "] denies what PostgreSQL cannot survive without: " names \
	" (A call that the server needs to keep its data safe or to run at all may not be denied;" \
	" doc/catalog.md has the list.)"
#define ATTACH(section, names) \
	"[" section "] denies what PostgreSQL cannot survive without: " names \
	" (Deny it in [Session] sections only: processes need it as they start and attach their filters.)"
#define ERRNO_HINT " (Write a name such as EPERM, or a number from 1 to 4094.)"
#define ON_HINT " (Write \"error\", \"terminate\" or \"kill\".)"
#define FORCE_HINT " (Write \"yes\" or \"no\".)"
#define KILL(section) "OnViolation=kill in [" section "] lets one denied call take the whole cluster through crash recovery" \
	" (Write OnViolation=terminate, or add Force=yes if a violation is worth a crash recovery.)"
#define NAME_HINT " (A name has 1 to 63 bytes, without quotes, commas, brackets and equals signs.)"
#define NOT_PLAIN "lists with commas, regular expressions, files and \"same...\" words are not supported here" \
	" (Separate names by spaces, and quote a name that really reads like this.)"
#define EMPTY "p: the policy filters nothing: no section has a directive that needs a filter" \
	" (To run without filters, say so: Mode=off in [Policy].)"

#define X10 "xxxxxxxxxx"
#define X63 X10 X10 X10 X10 X10 X10 "xxx"

/*
 * Text and all that is said of it.  A case breaks when an error is missed,
 * invented, told twice, put on another line than its word's, or loses its
 * suggestion.
 */
static const struct
{
	const char *what;
	const char *text;
	const char *errors;
}			texts[] = {
	/* sections */
	{"a good policy", BASE, ""},
	{"every section", BASE "[Policy]\nVersion=1\nMode=enforce\n[Child]\nSystemCallFilter=~listen\n"
	"[Session]\nSystemCallFilter=@pg-session\n[Session a]\nRole=a\n", ""},
	{"a section may come again", BASE "[Child]\n[Server]\nSystemCallFilter=~ptrace\n", ""},
	{"unknown sections", BASE "[Polcy]\n[child]\n[Frobnicate]\n[]\n",
		"p:4: unknown section [Polcy] (Did you mean \"Policy\"?)\n"
		"p:5: unknown section [child] (Did you mean \"Child\"?)\n"
		"p:6: unknown section [Frobnicate]\n"
	"p:7: unknown section []"},
	{"an unknown section's directives are not errors too", BASE "[Sesion x]\nRole=a\nDatabase=b\n",
	"p:4: unknown section [Sesion x] (Did you mean \"Session\"?)"},
	{"a header that does not end", BASE "[Child\n[\n[Session a] x\n",
		"p:4: section header does not end in \"]\"\n"
		"p:5: section header does not end in \"]\"\n"
	"p:6: section header does not end in \"]\""},
	{"names where none belong", BASE "[Server x]\n[Child \"y\"]\n[Policy z]\n",
		"p:4: section [Server] takes no name\n"
		"p:5: section [Child] takes no name\n"
	"p:6: section [Policy] takes no name"},
	{"profile names", BASE "[Session a]\n[Session a b]\n[Session \"c d\"]\n[Session Aé]\n[Session " X63 "]\n", ""},
	{"bad profile names", BASE "[Session " X63 "x]\n[Session a,b]\n[Session \"\"]\n[Session a\"b]\n[Session a[1]]\n",
		"p:4: \"" X63 "x\" is not a name for a section" NAME_HINT "\n"
		"p:5: \"a,b\" is not a name for a section" NAME_HINT "\n"
		"p:6: \"\" is not a name for a section" NAME_HINT "\n"
		"p:7: \"a\"b\" is not a name for a section" NAME_HINT "\n"
	"p:8: \"a[1]\" is not a name for a section" NAME_HINT},
	{"the default section's name", BASE "[Session session]\nRole=a\n",
		"p:4: the name \"session\" is that of the section [Session]"
	" (Write [Session] or choose another name.)"},
	{"duplicate sessions", BASE "[Session a]\nRole=x\n[Session]\n[Session \"a\"]\nRole=y\nRloe=z\n[Session]\n",
		"p:7: section [Session \"a\"] is already there in line 4\n"
		"p:9: unknown directive \"Rloe\" (Did you mean \"Role\"?)\n"
	"p:10: section [Session] is already there in line 6"},
	{"profiles differ by case", BASE "[Session a]\n[Session A]\n", ""},

	/* lines */
	{"a line that is nothing", BASE "frobnicate\n",
	"p:4: line is neither [Section] nor Directive=value"},
	{"directives before any section", "Mode=off\nFoo=1\n" BASE,
		"p:1: directive \"Mode\" stands before the first section\n"
	"p:2: unknown directive \"Foo\""},
	{"unknown directives", BASE "SystemCallFilters=~mount\nsystemcallfilter=~mount\nNoSuchThing=1\n=1\n",
		"p:4: unknown directive \"SystemCallFilters\" (Did you mean \"SystemCallFilter\"?)\n"
		"p:5: unknown directive \"systemcallfilter\" (Did you mean \"SystemCallFilter\"?)\n"
		"p:6: unknown directive \"NoSuchThing\"\n"
	"p:7: unknown directive \"\""},
	{"white space around the sign", BASE "SystemCallErrorNumber \t =   EACCES\n", ""},
	{"directives in the wrong section", BASE "Role=a\nMode=off\n[Policy]\nSystemCallFilter=~swapon\nAddress=local\n"
		"[Child]\nDatabase=d\nDataDirectory=/d\n[Session]\nVersion=1\n",
		"p:4: directive \"Role\" does not belong in [Server]\n"
		"p:5: directive \"Mode\" does not belong in [Server]\n"
		"p:7: directive \"SystemCallFilter\" does not belong in [Policy]\n"
		"p:8: directive \"Address\" does not belong in [Policy]\n"
		"p:10: directive \"Database\" does not belong in [Child]\n"
		"p:11: directive \"DataDirectory\" does not belong in [Child]\n"
	"p:13: directive \"Version\" does not belong in [Session]"},

	/* [Policy] */
	{"versions", BASE "[Policy]\nVersion=1\nVersion=2\nVersion=\nVersion=1.0\n",
		"p:6: policy language version \"2\" is not supported (This pg_seccomp reads Version=1.)\n"
		"p:7: policy language version \"\" is not supported (This pg_seccomp reads Version=1.)\n"
	"p:8: policy language version \"1.0\" is not supported (This pg_seccomp reads Version=1.)"},
	{"modes", BASE "[Policy]\nMode=enforce\nMode=permissive\nMode=off\n", ""},
	{"wrong modes", BASE "[Policy]\nMode=enforced\nMode=Permissive\nMode=audit\nMode=\nMode=~off\n",
		"p:5: unknown mode \"enforced\" (Did you mean \"enforce\"?)\n"
		"p:6: unknown mode \"Permissive\" (Did you mean \"permissive\"?)\n"
		"p:7: unknown mode \"audit\" (Write \"enforce\", \"permissive\" or \"off\".)\n"
		"p:8: unknown mode \"\" (Write \"enforce\", \"permissive\" or \"off\".)\n"
	"p:9: unknown mode \"~off\" (Did you mean \"off\"?)"},
	{"data directories", BASE "[Policy]\nDataDirectory=/a \"/b c\"\nDataDirectory=d/e \\\n  /f +/g \"\"\nDataDirectory=~/h\n",
		"p:7: \"+/g\": DataDirectory takes no \"+\"\n"
		"p:6: data directory \"d/e\" is not an absolute path\n"
		"p:7: data directory \"\" is not an absolute path\n"
	"p:8: directive \"DataDirectory\" takes no \"~\""},

	/* SystemCallFilter: names */
	{"misspelt names", BASE "SystemCallFilter=~mouns @modul swapom @frobnicate qqqqqqq @swapon privileged\n",
		"p:4: unknown system call \"mouns\" (Did you mean \"mount\"?)\n"
		"p:4: unknown group \"@modul\" (Did you mean \"@module\"?)\n"
		"p:4: unknown system call \"swapom\" (Did you mean \"swapon\"?)\n"
		"p:4: unknown group \"@frobnicate\"\n"
		"p:4: unknown system call \"qqqqqqq\"\n"
		"p:4: unknown group \"@swapon\" (Did you mean \"swapon\"?)\n"
	"p:4: unknown system call \"privileged\" (Did you mean \"@privileged\"?)"},
	{"every word of a continued line has its own line",
		BASE "SystemCallFilter=~ptrace moumt \\\n# a comment\n\tbpff \\\n @modul\nSystemCallFilter=swapom\n",
		"p:4: unknown system call \"moumt\" (Did you mean \"mount\"?)\n"
		"p:6: unknown system call \"bpff\" (Did you mean \"bpf\"?)\n"
		"p:7: unknown group \"@modul\" (Did you mean \"@module\"?)\n"
	"p:8: unknown system call \"swapom\" (Did you mean \"swapon\"?)"},
	{"calls of other architectures are known", BASE "SystemCallFilter=~riscv_hwprobe s390_pci_mmio_read set_tls\n", ""},
	{"the exclamation mark", BASE "SystemCallFilter=~swapon! @module! openatt!\n",
		"p:4: \"@module!\": a group is always exactly its members (Leave the \"!\" out.)\n"
	"p:4: unknown system call \"openatt\" (Did you mean \"openat\"?)"},
	/* breaks when habits of other languages get no hint, or that of a misspelt name */
	{"a comment behind a value", BASE "SystemCallFilter=~@mount # nope\nSystemCallLog=bpf #mount\n",
		"p:4: unknown system call \"#\" (A comment needs a line of its own.)\n"
		"p:4: unknown system call \"nope\"\n"
	"p:5: unknown system call \"#mount\" (A comment needs a line of its own.)"},
	{"commas between names", BASE "SystemCallFilter=~execve,execveat\nSystemCallFilter=~@swap,@module\n",
		"p:4: unknown system call \"execve,execveat\" (Separate names by spaces.)\n"
	"p:5: unknown group \"@swap,@module\" (Separate names by spaces.)"},
	{"empty names", BASE "SystemCallFilter=~! @ :EPERM\n",
		"p:4: unknown system call \"\"\n"
		"p:4: unknown group \"@\"\n"
	"p:4: unknown system call \"\""},
	{"the tilde stands once, first", BASE "SystemCallFilter=~ptrace ~mount\nSystemCallFilter=~\nSystemCallFilter=~~mount\n",
		"p:4: \"~mount\": \"~\" stands before the first word of a line only"
		" (Start the value with \"~\" to deny all its words, and write the others on a line of their own.)\n"
		"p:5: nothing follows the \"~\"\n"
		"p:6: \"~mount\": \"~\" stands before the first word of a line only"
	" (Start the value with \"~\" to deny all its words, and write the others on a line of their own.)"},
	{"white space behind the tilde", BASE "SystemCallFilter=~  ptrace\n", ""},
	{"quotes and pluses are no part of calls", BASE "SystemCallFilter=~+ptrace \"bpf\"\nSystemCallLog=\"bpf\"\n",
		"p:4: \"ptrace\": names of system calls take no quotes and no \"+\"\n"
		"p:4: \"bpf\": names of system calls take no quotes and no \"+\"\n"
	"p:5: \"bpf\": names of system calls take no quotes and no \"+\""},
	{"an unterminated quote", BASE "SystemCallFilter=~ptrace \"bpf\n", "p:4: unterminated quoted word"},

	/* SystemCallFilter: errnos */
	{"errnos", BASE "SystemCallFilter=~bpf:EPERM ptrace:ENOSYS swapon:1 @module:4094 acct:EWOULDBLOCK quotactl:ENOTSUP\n", ""},
	{"wrong errnos", BASE "SystemCallFilter=~bpf: ptrace:EPERMM swapon:0 \\\nswapoff:4095 acct:-1 acct:1x acct:eperm acct:kill acct:1:2\n",
		"p:4: \"\" is not an error number" ERRNO_HINT "\n"
		"p:4: \"EPERMM\" is not an error number (Did you mean \"EPERM\"?)\n"
		"p:4: \"0\" is not an error number" ERRNO_HINT "\n"
		"p:5: \"4095\" is not an error number" ERRNO_HINT "\n"
		"p:5: \"-1\" is not an error number" ERRNO_HINT "\n"
		"p:5: \"1x\" is not an error number" ERRNO_HINT "\n"
		"p:5: \"eperm\" is not an error number (Did you mean \"EPERM\"?)\n"
		"p:5: \"kill\" is not accepted here (Give an error such as EPERM: a killed server process takes the whole cluster through crash recovery.)\n"
	"p:5: \"1:2\" is not an error number" ERRNO_HINT},
	{"both halves of a word may be wrong", BASE "SystemCallFilter=~moumt:EPREM\n",
		"p:4: \"EPREM\" is not an error number (Did you mean \"EPERM\"?)\n"
	"p:4: unknown system call \"moumt\" (Did you mean \"mount\"?)"},
	{"an errno on what a deny-list allows again", BASE "SystemCallFilter=mount:EPERM\n",
		"p:4: \"mount:EPERM\": a line without \"~\" takes calls off this deny-list, and an allowed call has no error"
	" (Write \"~mount:EPERM\" on a line of its own to deny it with this error.)"},
	{"SystemCallErrorNumber", BASE "SystemCallErrorNumber=EACCES\nSystemCallErrorNumber=38\nSystemCallErrorNumber=\n", ""},
	{"wrong SystemCallErrorNumber", BASE "SystemCallErrorNumber=kill\nSystemCallErrorNumber=EPERM EACCES\n"
		"SystemCallErrorNumber=~EPERM\nSystemCallErrorNumber=NOPE\nSystemCallErrorNumber=+EPERM\n",
		"p:4: \"kill\" is not accepted here (Give an error such as EPERM: a killed server process takes the whole cluster through crash recovery.)\n"
		"p:5: SystemCallErrorNumber takes one error number\n"
		"p:6: SystemCallErrorNumber takes one error number\n"
		"p:7: \"NOPE\" is not an error number" ERRNO_HINT "\n"
	"p:8: SystemCallErrorNumber takes one error number"},

	/* SystemCallLog, SystemCallArchitectures */
	{"wrong SystemCallLog", BASE "SystemCallLog=fsynk @modul ~bpf\nSystemCallLog=bpf:EPERM\n",
		"p:4: unknown system call \"fsynk\" (Did you mean \"fsync\"?)\n"
		"p:4: unknown group \"@modul\" (Did you mean \"@module\"?)\n"
		"p:4: \"~bpf\": \"~\" stands before the first word of a line only"
		" (Start the value with \"~\" to deny all its words, and write the others on a line of their own.)\n"
	"p:5: \"bpf:EPERM\": SystemCallLog takes no error numbers"},
	{"architectures", BASE "SystemCallArchitectures=native x86-64 x86 x32 arm64 arm riscv64 s390x mips64-le\n", ""},
	{"wrong architectures", BASE "SystemCallArchitectures=x86_64 nativ foo\nSystemCallArchitectures=~x86\nSystemCallArchitectures=+x86 \"arm\"\n",
		"p:4: unknown architecture \"x86_64\" (Did you mean \"x86-64\"?)\n"
		"p:4: unknown architecture \"nativ\" (Did you mean \"native\"?)\n"
		"p:4: unknown architecture \"foo\"\n"
		"p:5: SystemCallArchitectures takes no \"~\"\n"
		"p:6: \"x86\": names of architectures take no quotes and no \"+\"\n"
	"p:6: \"arm\": names of architectures take no quotes and no \"+\""},

	/* OnViolation, Force */
	{"what a violation brings", BASE "OnViolation=error\nOnViolation=\nOnViolation=terminate\n[Child]\nOnViolation= terminate\n"
	"[Session a]\nOnViolation=kill\n[Session]\nOnViolation=kill\nOnViolation=error\n", ""},
	{"wrong OnViolation", BASE "OnViolation=terminat\nOnViolation=Kill\nOnViolation=EPERM\nOnViolation=error terminate\n"
		"OnViolation=~error\nOnViolation=~\nOnViolation=\"error\"\nOnViolation=+error\nOnViolation=terminate \\\n\"kill\n"
		"OnViolation=\"\"\n",
		"p:4: OnViolation is not \"terminat\" (Did you mean \"terminate\"?)\n"
		"p:5: OnViolation is not \"Kill\" (Did you mean \"kill\"?)\n"
		"p:6: OnViolation is not \"EPERM\"" ON_HINT "\n"
		"p:7: OnViolation takes one word" ON_HINT "\n"
		"p:8: directive \"OnViolation\" takes no \"~\"\n"
		"p:9: nothing follows the \"~\"\n"
		"p:10: OnViolation takes one word" ON_HINT "\n"
		"p:11: OnViolation takes one word" ON_HINT "\n"
		"p:13: unterminated quoted word\n"
	"p:14: OnViolation takes one word" ON_HINT},
	{"misspelt directives of violations", BASE "OnViolations=kill\nonviolation=kill\nforce=yes\nForced=yes\n",
		"p:4: unknown directive \"OnViolations\" (Did you mean \"OnViolation\"?)\n"
		"p:5: unknown directive \"onviolation\" (Did you mean \"OnViolation\"?)\n"
		"p:6: unknown directive \"force\" (Did you mean \"Force\"?)\n"
	"p:7: unknown directive \"Forced\" (Did you mean \"Force\"?)"},
	{"violations in [Policy]", BASE "[Policy]\nOnViolation=error\nForce=yes\n",
		"p:5: directive \"OnViolation\" does not belong in [Policy]\n"
	"p:6: directive \"Force\" does not belong in [Policy]"},
	{"kill where it may be any process", BASE "OnViolation=kill\n[Child]\n# why\nOnViolation=kill\n",
		"p:4: " KILL("Server") "\n"
	"p:7: " KILL("Child")},
	{"also while nothing is denied", BASE "[Policy]\nMode=permissive\n[Server]\nOnViolation=kill\n", "p:7: " KILL("Server")},
	{"kill that was taken back", BASE "OnViolation=kill\nOnViolation=\n[Child]\nOnViolation=kill\nOnViolation=terminate\n", ""},
	{"kill said again: the last line holds", BASE "OnViolation=kill\nOnViolation=\nOnViolation=kill\n", "p:6: " KILL("Server")},
	{"kill by force, before or after", BASE "OnViolation=kill\nForce=yes\n[Child]\nForce=yes\nOnViolation=kill\n", ""},
	{"force holds for its section only", BASE "Force=yes\n[Child]\nOnViolation=kill\n", "p:6: " KILL("Child")},
	{"force that was taken back", BASE "OnViolation=kill\nForce=yes\nForce=no\n[Child]\nOnViolation=kill\nForce=yes\nForce=\n",
		"p:4: " KILL("Server") "\n"
	"p:8: " KILL("Child")},
	{"force for nothing", BASE "Force=yes\nForce=true\nForce=on\nForce=1\nForce=no\nForce=false\nForce=off\nForce=0\nForce=\n", ""},
	{"each word for yes", BASE "OnViolation=kill\nForce=true\n[Child]\nOnViolation=kill\nForce=on\n", ""},
	{"each word for no", BASE "OnViolation=kill\nForce=yes\nForce=off\n[Child]\nOnViolation=kill\nForce=1\nForce=0\n",
		"p:4: " KILL("Server") "\n"
	"p:8: " KILL("Child")},
	{"wrong Force", BASE "Force=maybe\nForce=Yes\nForce=~yes\nForce=yes yes\nForce=\"yes\"\nForce=2\n",
		"p:4: Force is not \"maybe\"" FORCE_HINT "\n"
		"p:5: Force is not \"Yes\"" FORCE_HINT "\n"
		"p:6: Force is not \"~yes\"" FORCE_HINT "\n"
		"p:7: Force is not \"yes yes\"" FORCE_HINT "\n"
		"p:8: Force is not \"\"yes\"\"" FORCE_HINT "\n"
	"p:9: Force is not \"2\"" FORCE_HINT},
	{"Force in a session", BASE "[Session a]\nOnViolation=kill\nForce=yes\n[Session]\nForce=no\n",
		"p:6: directive \"Force\" does not belong in [Session a]\n"
	"p:8: directive \"Force\" does not belong in [Session]"},

	/* matchers */
	{"matchers", BASE "[Session a]\nRole=a +b \"all\" +\"c d\" all\nDatabase=d \"replication\" replication\n"
	"Address=local 10.0.0.0/8 fe80::/10 ::1 any localhost link-local 192.0.2.1\n", ""},
	{"wrong matchers", BASE "[Session a]\nDatabase=+d\nAddress=+local 10.0.0.0/33 ::/129 1.2.3 locl \\\n 1.2.3.4/ 1.2.3.4/+8 1.2.3.4/8x db.example.org\nRole=~a\n",
		"p:5: \"+d\": Database takes no \"+\"\n"
		"p:6: \"+local\": Address takes no \"+\"\n"
		"p:6: \"33\" is not a number of address bits from 0 to 32\n"
		"p:6: \"129\" is not a number of address bits from 0 to 128\n"
		"p:6: \"1.2.3\" is not an address (Write an address, ADDRESS/BITS, \"local\", \"localhost\", \"link-local\" or \"any\"; host names are not looked up.)\n"
		"p:6: \"locl\" is not an address (Did you mean \"local\"?)\n"
		"p:7: \"\" is not a number of address bits from 0 to 32\n"
		"p:7: \"+8\" is not a number of address bits from 0 to 32\n"
		"p:7: \"8x\" is not a number of address bits from 0 to 32\n"
		"p:7: \"db.example.org\" is not an address (Write an address, ADDRESS/BITS, \"local\", \"localhost\", \"link-local\" or \"any\"; host names are not looked up.)\n"
	"p:8: directive \"Role\" takes no \"~\""},
	{"words of pg_hba.conf that mean something else there", BASE "[Session a]\nRole=a,b \"a,b\" sameuser \\\n+samerole /^a @f\n"
		"Database=sameuser samegroup \"sameuser\" Sameuser \"/x\" \"@x\"\n",
		"p:5: \"a,b\": " NOT_PLAIN "\n"
		"p:5: \"sameuser\": " NOT_PLAIN "\n"
		"p:6: \"samerole\": " NOT_PLAIN "\n"
		"p:6: \"/^a\": " NOT_PLAIN "\n"
		"p:6: \"@f\": " NOT_PLAIN "\n"
		"p:7: \"sameuser\": " NOT_PLAIN "\n"
	"p:7: \"samegroup\": " NOT_PLAIN},
	{"matchers in [Session]", BASE "[Session]\nRole=a\n",
		"p:4: [Session] is for the sessions that no other section matches, so it has no Role, Database, Address or Replication"
	" (Name the section, as in [Session reporting].)"},
	{"matchers that were reset", BASE "[Session]\nRole=a\nAddress=local\nRole=\nAddress=\n", ""},

	/* what PostgreSQL needs */
	{"required calls, by line", BASE "[Child]\nSystemCallFilter=~fsync fdatasync ptrace \\\n futex\nSystemCallFilter=~kill\n",
		"p:5: " REQUIRED("Child", "fdatasync, fsync") "\n"
		"p:6: " REQUIRED("Child", "futex") "\n"
	"p:7: " REQUIRED("Child", "kill")},
	{"required through a family", BASE "SystemCallFilter=~sync_file_range2\n",
	"p:4: " REQUIRED("Server", "sync_file_range")},
	{"but not with an exclamation mark", BASE "SystemCallFilter=~sync_file_range2!\n", ""},
	{"required through a group", BASE "[Session a]\nRole=a\nSystemCallFilter=~@sync\n",
	"p:6: " REQUIRED("Session a", "fdatasync, fsync, sync_file_range")},
	{"required, with an errno", BASE "[Session a]\nSystemCallFilter=@pg-session ~\nSystemCallFilter=~fsync:EIO\n",
		"p:5: \"~\": \"~\" stands before the first word of a line only"
		" (Start the value with \"~\" to deny all its words, and write the others on a line of their own.)\n"
	"p:6: " REQUIRED("Session a", "fsync")},
	{"required, missing from an allow-list", BASE "[Session]\nSystemCallFilter=@pg-session\nSystemCallFilter=~fsync! \\\n fdatasync!\n",
	"p:5: " REQUIRED("Session", "fdatasync, fsync")},
	{"allowed again", BASE "SystemCallFilter=~@sync\nSystemCallFilter=fsync fdatasync sync_file_range\n", ""},
	{"the server's own", BASE "SystemCallFilter=~listen dup\n",
	"p:4: " REQUIRED("Server", "dup, listen")},
	{"the server's own, denied to children", BASE "[Child]\nSystemCallFilter=~listen accept pipe shmget dup\n", ""},
	{"seccomp in [Server]", BASE "SystemCallFilter=~seccomp\nSystemCallFilter=~prctl\n",
		"p:5: " ATTACH("Server", "prctl") "\n"
	"p:4: " ATTACH("Server", "seccomp")},
	{"seccomp in [Child]", BASE "[Child]\nSystemCallFilter=~@sandbox prctl\n",
	"p:5: " ATTACH("Child", "prctl, seccomp")},
	{"seccomp in [Session]", BASE "[Session]\nSystemCallFilter=~seccomp prctl\n", ""},

	/* the whole */
	{"an empty file", "", EMPTY},
	{"only comments", "# nothing\n", EMPTY},
	{"sections without filters", "[Server]\n[Child]\n[Session a]\nRole=a\n", EMPTY},
	{"a filter that was reset", "[Server]\nSystemCallFilter=~mount\nSystemCallFilter=\n", EMPTY},
	{"only an errno", "[Server]\nSystemCallErrorNumber=EACCES\n", EMPTY},
	{"only what violations bring", "[Server]\nOnViolation=terminate\nForce=yes\n[Session]\nOnViolation=kill\n", EMPTY},
	{"an empty permissive policy", "[Policy]\nMode=permissive\n", EMPTY},
	{"filters off, said so", "[Policy]\nMode=off\n", ""},
	{"an empty policy's other errors come first", "[Policy]\nMode=of\n", "p:2: unknown mode \"of\" (Did you mean \"off\"?)"},
	{"only a log", "[Server]\nSystemCallLog=@module\n", ""},
	{"only an architecture", "[Server]\nSystemCallArchitectures=native\n", ""},
	{"only one session filters", "[Session a]\nSystemCallFilter=~mount\n", ""},
	{"text errors stop the reading", "[Server\n\001\n[Child\n",
	"p:2: control character 0x01: this is not a text file"},
	{"a cut file", BASE "SystemCallFilter=~ptrace \\",
		"p:4: the last line does not end in a newline: the file may be truncated"
		" (If the file is complete, end its last line with a newline.)\n"
	"p:4: the last line ends in a backslash, and nothing follows (The file may be truncated.)"},
	{"all errors in one go", "[Policy]\nMode=enforec\n[Sever]\n[Server]\nSystemCallFilter=~moumt \\\nfsync\n[Session a]\nAddress=1.2.3\n[Session a]\n",
		"p:2: unknown mode \"enforec\" (Did you mean \"enforce\"?)\n"
		"p:3: unknown section [Sever] (Did you mean \"Server\"?)\n"
		"p:5: unknown system call \"moumt\" (Did you mean \"mount\"?)\n"
		"p:8: \"1.2.3\" is not an address (Write an address, ADDRESS/BITS, \"local\", \"localhost\", \"link-local\" or \"any\"; host names are not looked up.)\n"
		"p:9: section [Session a] is already there in line 7\n"
	"p:6: " REQUIRED("Server", "fsync")},
};

static void
test_texts(void)
{
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		is_str(policy_errors(policy_from(texts[i].text)), texts[i].errors, "%s", texts[i].what);
	sc_test_reset();
}

/*
 * A section's directives, and the verdict on one call: an action, an errno, a
 * reason, the line that says so and how it is told.  The directives stand in a [Session a]
 * from line 4 on.  A case breaks when a list is read in another way.
 */
static const struct
{
	const char *what;
	const char *text;
	const char *call;
	sc_verdict	verdict;
}			verdicts[] = {
	/* which list it is */
	{"no list", "SystemCallLog=ptrace\n", "bpf", {SC_ALLOW, 0, SC_WHY_NO_LIST, 0, SC_QUIET, false}},
	{"denied", "SystemCallFilter=~bpf\n", "bpf", {SC_ERRNO, EPERM, SC_WHY_LISTED, 4, SC_REPORTED, false}},
	{"not denied", "SystemCallFilter=~bpf\n", "ptrace", {SC_ALLOW, 0, SC_WHY_NOT_LISTED, 0, SC_QUIET, false}},
	{"allowed", "SystemCallFilter=@pg-required\nSystemCallFilter=bpf\n", "bpf", {SC_ALLOW, 0, SC_WHY_LISTED, 5, SC_QUIET, false}},
	{"not allowed: the line that made it an allow-list", "SystemCallFilter=@pg-required\nSystemCallFilter=bpf\n",
	"ptrace", {SC_ERRNO, EPERM, SC_WHY_NOT_LISTED, 4, SC_REPORTED, false}},
	{"the line of a word is its own", "SystemCallFilter=~acct \\\n# no\n  bpf\n", "bpf", {SC_ERRNO, EPERM, SC_WHY_LISTED, 6, SC_REPORTED, false}},
	{"the line of a group's members is the group's", "SystemCallFilter=~acct \\\n @module\n", "delete_module",
	{SC_ERRNO, EPERM, SC_WHY_LISTED, 5, SC_REPORTED, false}},
	{"a call named twice has the later line", "SystemCallFilter=~bpf\nSystemCallFilter=~bpf\n", "bpf",
	{SC_ERRNO, EPERM, SC_WHY_LISTED, 5, SC_REPORTED, false}},

	/* first form decides, later ones add and remove */
	{"taken off a deny-list", "SystemCallFilter=~@debug\nSystemCallFilter=ptrace\n", "ptrace",
	{SC_ALLOW, 0, SC_WHY_NOT_LISTED, 0, SC_QUIET, false}},
	{"and the others stay", "SystemCallFilter=~@debug\nSystemCallFilter=ptrace\n", "perf_event_open",
	{SC_ERRNO, EPERM, SC_WHY_LISTED, 4, SC_REPORTED, false}},
	{"and back on", "SystemCallFilter=~@debug\nSystemCallFilter=ptrace\nSystemCallFilter=~ptrace\n", "ptrace",
	{SC_ERRNO, EPERM, SC_WHY_LISTED, 6, SC_REPORTED, false}},
	{"taken off an allow-list", "SystemCallFilter=@pg-required @debug\nSystemCallFilter=~ptrace\n", "ptrace",
	{SC_ERRNO, EPERM, SC_WHY_NOT_LISTED, 4, SC_REPORTED, false}},
	{"and the others stay", "SystemCallFilter=@pg-required @debug\nSystemCallFilter=~ptrace\n", "perf_event_open",
	{SC_ALLOW, 0, SC_WHY_LISTED, 4, SC_QUIET, false}},
	{"an empty value resets list and form", "SystemCallFilter=@pg-required\nSystemCallFilter=\nSystemCallFilter=~bpf\n", "ptrace",
	{SC_ALLOW, 0, SC_WHY_NOT_LISTED, 0, SC_QUIET, false}},
	{"and what was listed", "SystemCallFilter=~bpf\nSystemCallFilter=\nSystemCallFilter=~acct\n", "bpf",
	{SC_ALLOW, 0, SC_WHY_NOT_LISTED, 0, SC_QUIET, false}},

	/* families and groups */
	{"a call brings its family", "SystemCallFilter=~fchown\n", "fchownat", {SC_ERRNO, EPERM, SC_WHY_LISTED, 4, SC_REPORTED, false}},
	{"also on an allow-list", "SystemCallFilter=@pg-required fchown\n", "fchownat", {SC_ALLOW, 0, SC_WHY_LISTED, 4, SC_QUIET, false}},
	{"with \"!\" it comes alone", "SystemCallFilter=~fchown!\n", "fchownat", {SC_ALLOW, 0, SC_WHY_NOT_LISTED, 0, SC_QUIET, false}},
	{"but does come", "SystemCallFilter=~fchown!\n", "fchown", {SC_ERRNO, EPERM, SC_WHY_LISTED, 4, SC_REPORTED, false}},
	{"a group is exactly its members", "SystemCallFilter=~@swap\n", "swapoff", {SC_ERRNO, EPERM, SC_WHY_LISTED, 4, SC_REPORTED, false}},
	{"a group brings no families", "SystemCallFilter=~@mount\n", "fchroot",
	{SC_ALLOW, 0, SC_WHY_NOT_LISTED, 0, SC_QUIET, false}},
	{"a family by a call's name", "SystemCallFilter=~chroot\n", "fchroot", {SC_ERRNO, EPERM, SC_WHY_LISTED, 4, SC_REPORTED, false}},
	{"one call off a family", "SystemCallFilter=~fchown\nSystemCallFilter=fchown!\n", "fchown", {SC_ALLOW, 0, SC_WHY_NOT_LISTED, 0, SC_QUIET, false}},
	{"and the rest stays", "SystemCallFilter=~fchown\nSystemCallFilter=fchown!\n", "fchownat", {SC_ERRNO, EPERM, SC_WHY_LISTED, 4, SC_REPORTED, false}},
	{"nested groups", "SystemCallFilter=~@privileged\nSystemCallFilter=@pg-attach\n", "swapon", {SC_ERRNO, EPERM, SC_WHY_LISTED, 4, SC_REPORTED, false}},

	/* errnos */
	{"an errno of its own", "SystemCallFilter=~bpf:ENOSYS acct\n", "bpf", {SC_ERRNO, ENOSYS, SC_WHY_LISTED, 4, SC_QUIET, false}},
	{"is its own only", "SystemCallFilter=~bpf:ENOSYS acct\n", "acct", {SC_ERRNO, EPERM, SC_WHY_LISTED, 4, SC_REPORTED, false}},
	{"a group's errno", "SystemCallFilter=~@swap:77\n", "swapoff", {SC_ERRNO, 77, SC_WHY_LISTED, 4, SC_QUIET, false}},
	{"a family's errno", "SystemCallFilter=~fchown:EACCES\n", "fchownat", {SC_ERRNO, EACCES, SC_WHY_LISTED, 4, SC_QUIET, false}},
	{"one call's errno", "SystemCallFilter=~fchown fchown!:EACCES\n", "fchown", {SC_ERRNO, EACCES, SC_WHY_LISTED, 4, SC_QUIET, false}},
	{"and its family's", "SystemCallFilter=~fchown fchown!:EACCES\n", "fchownat", {SC_ERRNO, EPERM, SC_WHY_LISTED, 4, SC_REPORTED, false}},
	{"the last errno holds", "SystemCallFilter=~bpf:ENOSYS\nSystemCallFilter=~bpf:EACCES\n", "bpf",
	{SC_ERRNO, EACCES, SC_WHY_LISTED, 5, SC_QUIET, false}},
	{"a bare entry takes an errno back", "SystemCallFilter=~bpf:ENOSYS\nSystemCallFilter=~bpf\n", "bpf",
	{SC_ERRNO, EPERM, SC_WHY_LISTED, 5, SC_REPORTED, false}},
	{"on an allow-list NAME:ERRNO denies", "SystemCallFilter=@pg-required bpf:ENOSYS\n", "bpf",
	{SC_ERRNO, ENOSYS, SC_WHY_LISTED, 4, SC_QUIET, false}},
	{"so does ~NAME:ERRNO", "SystemCallFilter=@pg-required bpf\nSystemCallFilter=~bpf:ENOSYS\n", "bpf",
	{SC_ERRNO, ENOSYS, SC_WHY_LISTED, 5, SC_QUIET, false}},
	{"and NAME allows again", "SystemCallFilter=@pg-required bpf:ENOSYS\nSystemCallFilter=bpf\n", "bpf",
	{SC_ALLOW, 0, SC_WHY_LISTED, 5, SC_QUIET, false}},
	{"and ~NAME leaves the default", "SystemCallFilter=@pg-required bpf:ENOSYS\nSystemCallFilter=~bpf\n", "bpf",
	{SC_ERRNO, EPERM, SC_WHY_NOT_LISTED, 4, SC_REPORTED, false}},
	{"off a deny-list with its errno", "SystemCallFilter=~bpf:ENOSYS acct\nSystemCallFilter=bpf\n", "bpf",
	{SC_ALLOW, 0, SC_WHY_NOT_LISTED, 0, SC_QUIET, false}},
	{"SystemCallErrorNumber", "SystemCallErrorNumber=EACCES\nSystemCallFilter=~bpf acct:ENOSYS\n", "bpf",
	{SC_ERRNO, EACCES, SC_WHY_LISTED, 5, SC_REPORTED, false}},
	{"SystemCallErrorNumber is for bare entries", "SystemCallErrorNumber=EACCES\nSystemCallFilter=~bpf acct:ENOSYS\n", "acct",
	{SC_ERRNO, ENOSYS, SC_WHY_LISTED, 5, SC_QUIET, false}},
	{"SystemCallErrorNumber, wherever it stands", "SystemCallFilter=@pg-required\nSystemCallErrorNumber=9\n", "bpf",
	{SC_ERRNO, 9, SC_WHY_NOT_LISTED, 4, SC_REPORTED, false}},
	{"the last SystemCallErrorNumber", "SystemCallErrorNumber=5\nSystemCallErrorNumber=6\nSystemCallFilter=~bpf\n", "bpf",
	{SC_ERRNO, 6, SC_WHY_LISTED, 6, SC_REPORTED, false}},
	{"SystemCallErrorNumber resets", "SystemCallErrorNumber=5\nSystemCallErrorNumber=\nSystemCallFilter=~bpf\n", "bpf",
	{SC_ERRNO, EPERM, SC_WHY_LISTED, 6, SC_REPORTED, false}},

	/* logging */
	{"logged", "SystemCallLog=@module bpf\n", "bpf", {SC_LOG, 0, SC_WHY_LOGGED, 4, SC_QUIET, false}},
	{"not logged", "SystemCallLog=@module bpf\n", "acct", {SC_ALLOW, 0, SC_WHY_NO_LIST, 0, SC_QUIET, false}},
	{"all but these logged", "SystemCallLog=~@module bpf\n", "bpf", {SC_ALLOW, 0, SC_WHY_NO_LIST, 0, SC_QUIET, false}},
	{"and the others are", "SystemCallLog=~@module bpf\n", "acct", {SC_LOG, 0, SC_WHY_LOGGED, 4, SC_QUIET, false}},
	{"logs add up", "SystemCallLog=acct\nSystemCallLog=bpf\n", "acct", {SC_LOG, 0, SC_WHY_LOGGED, 4, SC_QUIET, false}},
	{"and are taken off", "SystemCallLog=@debug\nSystemCallLog=~ptrace\n", "ptrace", {SC_ALLOW, 0, SC_WHY_NO_LIST, 0, SC_QUIET, false}},
	{"all but these, and one of these after all", "SystemCallLog=~@debug\nSystemCallLog=ptrace\n", "ptrace",
	{SC_LOG, 0, SC_WHY_LOGGED, 4, SC_QUIET, false}},
	{"logs reset", "SystemCallLog=bpf\nSystemCallLog=\nSystemCallFilter=~acct\n", "bpf", {SC_ALLOW, 0, SC_WHY_NOT_LISTED, 0, SC_QUIET, false}},
	{"a reset forgets the form", "SystemCallLog=~bpf\nSystemCallLog=\nSystemCallLog=bpf\n", "bpf", {SC_LOG, 0, SC_WHY_LOGGED, 6, SC_QUIET, false}},
	{"a family is logged whole", "SystemCallLog=fchown\n", "fchownat", {SC_LOG, 0, SC_WHY_LOGGED, 4, SC_QUIET, false}},
	{"a logged call of an allow-list", "SystemCallFilter=@pg-required\nSystemCallLog=fsync\n", "fsync", {SC_LOG, 0, SC_WHY_LOGGED, 5, SC_QUIET, false}},
	{"a denied call is denied, not logged", "SystemCallFilter=~bpf\nSystemCallLog=bpf\n", "bpf",
	{SC_ERRNO, EPERM, SC_WHY_LISTED, 4, SC_REPORTED, false}},
	{"what cannot be reported", "SystemCallFilter=~clone3 execve\n", "clone3", {SC_ERRNO, EPERM, SC_WHY_LISTED, 4, SC_SILENT, false}},
	{"nor what an allow-list lacks", "SystemCallFilter=@pg-required\n", "execve",
	{SC_ERRNO, EPERM, SC_WHY_NOT_LISTED, 4, SC_SILENT, false}},
	{"with an errno of its own it is no violation", "SystemCallFilter=~clone3:ENOSYS\n", "clone3",
	{SC_ERRNO, ENOSYS, SC_WHY_LISTED, 4, SC_QUIET, false}},
	{"a group's errno is its members' own", "SystemCallFilter=~@swap:EPERM\n", "swapon", {SC_ERRNO, EPERM, SC_WHY_LISTED, 4, SC_QUIET, false}},
	{"logging does not allow", "SystemCallFilter=@pg-required\nSystemCallLog=bpf\n", "bpf",
	{SC_ERRNO, EPERM, SC_WHY_NOT_LISTED, 4, SC_REPORTED, false}},
};

static void
test_verdicts(void)
{
	for (size_t i = 0; i < sizeof(verdicts) / sizeof(verdicts[0]); i++)
	{
		sc_policy  *policy = policy_from(sc_format("[Policy]\nVersion=1\n[Session a]\n%s", verdicts[i].text));
		int			call = sc_syscall_by_name(verdicts[i].call);
		int			index;
		sc_verdict	got;

		/* what is meant, and what a defect would be taken for otherwise */
		if (!is_str(policy_errors(policy), "", "%s: accepted", verdicts[i].what) || call < 0)
			continue;
		got = sc_decide(&policy->sessions[0]->rules, SC_ABI_NATIVE,
						(uint32_t) sc_syscalls[call].nr[SC_ABI_NATIVE], NULL, &index);
		ok(index == call && memcmp(&got, &verdicts[i].verdict, offsetof(sc_verdict, depends)) == 0,
		   "%s: %s: action %d errno %d why %d line %d", verdicts[i].what, verdicts[i].call,
		   (int) got.action, got.err, (int) got.why, got.line);
	}
	sc_test_reset();
}

/* Breaks when a section without an architecture of its own decides for itself. */
static void
test_architectures(void)
{
	static const char *const inherits =
		"[Server]\nSystemCallArchitectures=x86 arm\nSystemCallFilter=~mount\n"
		"[Session a]\nSystemCallFilter=~mount\n"
		"[Session b]\nSystemCallArchitectures=native\n";
	uint32_t	native = 1u << SC_ABI_NATIVE;
	uint32_t	foreign = 1u << (SC_ABI_NATIVE == SC_ABI_X86_64 ? SC_ABI_X86 : SC_ABI_ARM);
	sc_policy  *policy = policy_from(inherits);
	sc_verdict	verdict;

	is_str(policy_errors(policy), "", "foreign ABIs are accepted");
	is_int(policy->server.rules.abis, native | foreign, "of the listed ABIs this machine's count");
	is_int(policy->child.rules.abis, native | foreign, "[Child] has none of its own: the server's hold");
	is_int(policy->sessions[0]->rules.abis, native | foreign, "nor has [Session a]");
	is_int(policy->sessions[1]->rules.abis, native, "[Session b] has");

	verdict = sc_decide(&policy->sessions[1]->rules, SC_ABI_NATIVE == SC_ABI_X86_64 ? SC_ABI_X86 : SC_ABI_ARM, 1, NULL, NULL);
	ok(verdict.action == SC_ERRNO && verdict.err == ENOSYS && verdict.why == SC_WHY_ABI && verdict.line == 7,
	   "an ABI that is left out answers ENOSYS, by the line that leaves it out");
	verdict = sc_decide(&policy->sessions[0]->rules, SC_ABI_COUNT, 1, NULL, NULL);
	ok(verdict.action == SC_ERRNO && verdict.err == ENOSYS && verdict.why == SC_WHY_ABI,
	   "so does an ABI that this kernel does not have");

	policy = policy_from("[Server]\nSystemCallArchitectures=x86 arm\nSystemCallArchitectures=\nSystemCallFilter=~mount\n");
	is_int(policy->server.rules.abis, native, "an empty value resets to the native ABI");
	policy = policy_from("[Server]\nSystemCallArchitectures=riscv64\n");
	is_str(policy_errors(policy), "", "another machine's ABI is accepted");
	is_int(policy->server.rules.abis, native, "and says nothing; the native one is always there");

	/* what no ABI knows */
	policy = policy_from("[Server]\nSystemCallFilter=~mount\n");
	for (int i = 0; i < 3; i++)
	{
		static const uint32_t numbers[] = {1000, 0x3fffffff, 0xffffffff};
		int			index = 0;

		verdict = sc_decide(&policy->server.rules, sc_abi_of(sc_abis[SC_ABI_NATIVE].audit_arch, numbers[i]),
							numbers[i], NULL, &index);
		ok(verdict.action == SC_ERRNO && verdict.err == ENOSYS && index == -1, "call %u is new: ENOSYS", numbers[i]);
	}
	is_int(sc_abi_of(0xdeadbeef, 0), SC_ABI_COUNT, "an audit architecture that nobody has");
	if (SC_ABI_NATIVE == SC_ABI_X86_64)
	{
		is_int(sc_abi_of(sc_abis[SC_ABI_X86_64].audit_arch, 0x3fffffff), SC_ABI_X86_64, "without bit 30: x86-64");
		is_int(sc_abi_of(sc_abis[SC_ABI_X86_64].audit_arch, 0x40000000), SC_ABI_X32, "with bit 30: x32");
		is_int(sc_abi_of(sc_abis[SC_ABI_X86_64].audit_arch, 0xffffffff), SC_ABI_X32, "-1 has bit 30");
		is_int(sc_abi_of(sc_abis[SC_ABI_X86].audit_arch, 0x40000000), SC_ABI_X86, "i386 has no such bit");
	}
	sc_test_reset();
}

/* Breaks when [Policy]'s directives are lost or mixed up. */
static void
test_policy_section(void)
{
	sc_policy  *policy = policy_from("[Policy]\nDataDirectory=/a \"/b c\"\nDataDirectory=/d\n" BASE);

	is_int(policy->mode, SC_MODE_ENFORCE, "the mode is enforce unless said");
	is_int(policy->data_directories.n, 3, "data directories add up");
	is_str(policy->data_directories.list[1].text, "/b c", "quotes hold a path together");
	is_str(policy->data_directories.list[2].text, "/d", "in order");
	policy = policy_from("[Policy]\nDataDirectory=/a\nDataDirectory=\nDataDirectory=/b\nMode=off\nMode=permissive\n" BASE);
	is_int(policy->data_directories.n, 1, "an empty value resets");
	is_str(policy->data_directories.list[0].text, "/b", "and later ones add to that");
	is_int(policy->mode, SC_MODE_PERMISSIVE, "the last mode holds");
	for (int mode = SC_MODE_ENFORCE; mode <= SC_MODE_OFF; mode++)
	{
		policy = policy_from(sc_format("[Policy]\nMode=%s\n" BASE, sc_mode_name((sc_mode) mode)));
		is_int(policy->mode, mode, "Mode=%s", sc_mode_name((sc_mode) mode));
	}
	is_int(policy->server.line, 3, "the line of [Server] is its header's");
	is_int(policy->child.line, 0, "a section that is not there has none");
	sc_test_reset();
}

/*
 * Breaks when a section's word goes to another section, or is not the one that
 * was said last.
 */
static void
test_violations(void)
{
	sc_policy  *policy = policy_from("[Server]\nSystemCallFilter=~mount execve\nOnViolation=kill\nForce=yes\n"
									 "[Child]\nOnViolation=kill\nOnViolation=terminate\n"
									 "[Session a]\nOnViolation=kill\n[Session b]\nOnViolation=terminate\nOnViolation=\n"
									 "SystemCallFilter=~execve execveat:ENOENT\n[Session]\n"
									 "SystemCallFilter=~execve\nSystemCallLog=execveat\nSystemCallFilter=execveat\n");

	is_str(policy_errors(policy), "", "words for violations are accepted");
	is_int(policy->server.rules.on_violation, SC_ON_VIOLATION_KILL, "[Server] kills");
	is_int(policy->server.rules.on_violation_line, 3, "by this line");
	is_int(policy->child.rules.on_violation, SC_ON_VIOLATION_TERMINATE, "[Child]: the last word holds");
	is_int(policy->child.rules.on_violation_line, 7, "and its line");
	is_int(policy->sessions[0]->rules.on_violation, SC_ON_VIOLATION_KILL, "[Session a] kills");
	is_int(policy->sessions[1]->rules.on_violation, SC_ON_VIOLATION_ERROR, "[Session b] was reset");
	is_int(policy->sessions[1]->rules.on_violation_line, 0, "no line says so");
	is_int(policy->sessions[2]->rules.on_violation, SC_ON_VIOLATION_ERROR, "[Session] says nothing");
	for (int on = SC_ON_VIOLATION_ERROR; on <= SC_ON_VIOLATION_KILL; on++)
	{
		sc_policy  *one = policy_from(sc_format("[Session a]\nSystemCallFilter=~bpf\nOnViolation=%s\n",
												sc_on_violation_name((sc_on_violation) on)));

		is_str(policy_errors(one), "", "OnViolation=%s", sc_on_violation_name((sc_on_violation) on));
		is_int(one->sessions[0]->rules.on_violation, on, "is what it says");
	}

	/* a family's name denies execveat too; with an errno of its own it is denied as well */
	ok(!sc_rules_exec(&policy->server.rules), "execve, denied with its family: no programs");
	ok(sc_rules_exec(&policy->child.rules), "no list: programs");
	ok(!sc_rules_exec(&policy->sessions[1]->rules), "denied with an errno: no programs");
	ok(sc_rules_exec(&policy->sessions[2]->rules), "execveat, allowed again and logged: programs");
	sc_test_reset();
}

static const char *
profile_of(const sc_policy *policy, const char *role, const char *database)
{
	const char *const groups[] = {"analysts", "staff"};
	sc_client	client = {.role = role,.member_of = groups,.nmember_of = 2,.database = database};
	const sc_section *section = sc_policy_session(policy, &client);

	return section ? section->profile : NULL;
}

/* Breaks when another section than the first that fits is taken. */
static void
test_sessions(void)
{
	sc_policy  *policy = policy_from(
									 "[Session]\nSystemCallFilter=~mount\n"
									 "[Session unreachable]\n"
									 "[Session a]\nRole=al\nDatabase=d1\n"
									 "[Session b]\nRole=al bo\n"
									 "[Session c]\nRole=+staff\nDatabase=d2\n"
									 "[Session b2]\nRole=bo\n");

	is_str(policy_errors(policy), "", "sections accepted");
	is_int(policy->nsessions, 6, "all of them");
	is_str(profile_of(policy, "al", "d1"), "a", "every matcher fits: the first section");
	is_str(profile_of(policy, "al", "d2"), "b", "one does not: the next");
	is_str(profile_of(policy, "bo", "d2"), "b", "file order decides");
	is_str(profile_of(policy, "ci", "d2"), "c", "membership");
	is_str(profile_of(policy, "ci", "d3"), "session", "[Session] is the last resort, wherever it stands");
	is_str(sc_policy_profile(policy, "unreachable")->title, "Session unreachable",
		   "a section without matchers is found by name only");
	ok(sc_policy_profile(policy, "nope") == NULL, "an unknown profile is NULL");
	ok(policy->needs_membership, "a +group needs membership");
	policy = policy_from("[Session a]\nRole=al\nSystemCallFilter=~mount\n");
	ok(profile_of(policy, "bo", "d") == NULL, "no section fits and no [Session]: none");
	ok(!policy->needs_membership, "a bare name needs no membership");
	sc_test_reset();
}

/* Breaks when pg_seccomp_file_rules would show other lines than the file's. */
static void
test_directives(void)
{
	static const struct
	{
		int			line;
		const char *section;
		const char *directive;
		const char *value;
	}			want[] = {
		{1, NULL, "Mode", "off"},
		{3, "Server", "SystemCallFilter", "~mount  ptrace"},
		{6, "Server", NULL, "nonsense"},
		{8, "Session a b", "Role", ""},
		{9, "Session a b", "Nope", "x = y"},
	};
	sc_policy  *policy = policy_from("Mode=off\n[Server]\nSystemCallFilter = ~mount \\\n# c\nptrace\nnonsense\n"
									 "[Session  a b]\nRole=\nNope= x = y \n");
	int			n = (int) (sizeof(want) / sizeof(want[0]));

	is_int(policy->ndirectives, n, "every directive is recorded, wrong ones too");
	for (int i = 0; i < n && i < policy->ndirectives; i++)
	{
		is_int(policy->directives[i].line, want[i].line, "directive %d: line", i);
		is_str(policy->directives[i].directive, want[i].directive, "directive %d: name", i);
		is_str(policy->directives[i].value, want[i].value, "directive %d: value", i);
	}
	is_str(policy->directives[0].section, NULL, "before the first section");
	is_str(policy->directives[1].section, "Server", "in a section");
	is_str(policy->directives[4].section, "Session  a b", "a section as it is written");
	sc_test_reset();
}

/* A policy of n sections like "[Session %d]", with the base before them. */
static sc_policy *
many(const char *section, int n, int *length)
{
	char	   *text = sc_alloc(SC_MAX_POLICY + 1);
	int			len = sprintf(text, "%s", BASE);

	for (int i = 0; i < n; i++)
		len += sprintf(text + len, section, i);
	*length = len;
	return policy_from(text);
}

/*
 * Limits.  Breaks when a large file is accepted that can't be held, is told
 * about only by memory running out, or takes more than a moment: an alarm ends
 * the test.
 */
static void
test_limits(void)
{
	const int	n = rounds(10000);
	const int	title = 20000 + rounds(680000);
	sc_policy  *policy;
	char	   *text;
	int			len;

	if (!under_valgrind())
	{
		policy = many("[Session s%d]\nRole=r\n", SC_MAX_SESSIONS, &len);
		is_str(policy_errors(policy), "", "%d sessions are accepted", SC_MAX_SESSIONS);
		is_int(policy->nsessions, SC_MAX_SESSIONS, "and are there");
		sc_test_reset();
		policy = many("[Session s%d]\nRole=r\n", SC_MAX_SESSIONS + 1, &len);
		is_str(policy_errors(policy), "p:4004: more than 2000 session sections (Let sections match roles by membership (Role=+group).)",
			   "one more is refused");
		sc_test_reset();
		policy = many("[Session s%d]\nRole=r\nRoll=x\n", 10000, &len);
		is_int(policy->errors.total, 10000 - SC_MAX_SESSIONS + 10000, "10,000 sections: all errors count");
		is_int(policy->errors.nlist, SC_MAX_ERRORS, "and a hundred are kept");
		sc_test_reset();
	}

	/* the same section over and over costs no memory: 1 MiB of them */
	policy = many("[Session]\n", 10 * n, &len);
	is_int(policy->errors.total, 10 * n - 1, "%d times [Session]", 10 * n);
	sc_test_reset();

	/* misspelt words, each with a suggestion to look for */
	policy = many("SystemCallFilter=~moumt bdf:EPREM @modul swapom acc:4 nuont\nSystemCallArchitectures=x85\n", n, &len);
	is_int(policy->errors.total, 8 * n, "%d misspelt words", 8 * n);
	sc_test_reset();

	/* a long word in each of many messages */
	text = sc_alloc(SC_MAX_POLICY + 1);
	len = sprintf(text, "%s", BASE);
	len += sprintf(text + len, "[Child ");
	memset(text + len, 'x', (size_t) title);
	len += title;
	len += sprintf(text + len, "]\n");
	for (int i = 0; i < n; i++)
		len += sprintf(text + len, "Role=a\n");
	policy = policy_from(text);
	is_int(policy->errors.total, n + 1, "a title of %d bytes", title);
	ok(strlen(sc_errors_text(&policy->errors, "p")) < 200000, "does not come again in full in each message");
	sc_test_reset();

	/* too large, and just not */
	text = sc_alloc(SC_MAX_POLICY + 2);
	memset(text, '\n', SC_MAX_POLICY + 1);
	memcpy(text, BASE, strlen(BASE));
	is_str(policy_errors(sc_policy_parse("p", text, SC_MAX_POLICY)), "", "1 MiB is accepted");
	is_str(policy_errors(sc_policy_parse("p", text, SC_MAX_POLICY + 1)), "p: the file is larger than 1 MiB",
		   "a byte more is not");
	sc_test_reset();
}

int
main(void)
{
	start_tests();
	alarm(120);
	test_texts();
	test_verdicts();
	test_architectures();
	test_policy_section();
	test_violations();
	test_sessions();
	test_directives();
	test_limits();
	return done_testing();
}
