/*
 * Starts LXC containers for the daemon, and changes the host names of those that run. Each start is a fork of this process,
 * in which liblxc is already loaded. The alternative is a fork of the daemon, which is large, and nsenter and lxc-start,
 * which are loaded and linked each time.
 *
 *   starter CONTAINERS-FOLDER DAEMON-PID ROOM
 *
 * ROOM is a word of any contents. Its bytes give the argument list of a start room to become longer.
 *
 * Standard input has requests: words, each with a NUL behind it, and one more NUL behind the last. They are the words of
 * lxc-start, or `hostname NAMESPACE NAME`, which gives a UTS namespace a host name: NAMESPACE is the path of its file.
 * Standard output has a line for each event:
 *
 *   ready            liblxc is loaded
 *   started PID      the next start in their order runs in this process, which leads a process group
 *   refused ERRNO    the next start in their order has no process: the fork failed
 *   named ERRNO      the next host name in their order is set: 0; others, why not
 *   ended PID CODE   0: the container runs; below 0: minus the number of the signal that killed the process; others, see EXIT_
 *
 * The process ends with its input, and with the daemon. Starts that run go on, with the argument list of an lxc-start, by
 * which the next daemon finds them.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <lxc/lxccontainer.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MOST_REQUEST_BYTES = 256 * 1024, MOST_SETTINGS = 64, LEAST_ROOM = 64 };
/** The codes after which LXC's log does not have the reason. Those of sysexits.h with the same meaning. */
enum {
	EXIT_USAGE = 64,
	EXIT_NO_CONFIGURATION = 66,
	EXIT_UNAVAILABLE = 69,
	EXIT_NOT_LOADED = 78,
	/** Plus the number of the system's error. */
	EXIT_NO_LOG = 128,
};

struct request {
	const char *folder, *name, *log, *level;
	/** Each `KEY=VALUE`. */
	char *settings[MOST_SETTINGS];
	int count;
};

static struct lxc_container *(*new_container)(const char *name, const char *folder);
static int (*open_log)(struct lxc_log *log);

/** Not linked, so that this program can say that it is of no use where LXC is not installed. */
static bool load_library(void) {
	void *library = dlopen("liblxc.so.1", RTLD_NOW);
	if (library == NULL)
		return false;
	*(void **)&new_container = dlsym(library, "lxc_container_new");
	*(void **)&open_log = dlsym(library, "lxc_log_init");
	return new_container != NULL && open_log != NULL;
}

/** Returns whether the words are complete and known. Their memory stays in use. */
static bool parse(char *words, struct request *request) {
	while (*words != '\0') {
		char *option = words, *value = words + strlen(words) + 1;
		if (*value == '\0')
			return false;
		words = value + strlen(value) + 1;
		if (strcmp(option, "-P") == 0)
			request->folder = value;
		else if (strcmp(option, "-n") == 0)
			request->name = value;
		else if (strcmp(option, "-o") == 0)
			request->log = value;
		else if (strcmp(option, "-l") == 0)
			request->level = value;
		else if (strcmp(option, "--define") == 0 && request->count < MOST_SETTINGS && strchr(value, '=') != NULL)
			request->settings[request->count++] = value;
		else
			return false;
	}
	return request->folder != NULL && request->name != NULL;
}

/** Returns the exit code after the container's first process has started. */
static int start(struct request *request) {
	struct lxc_log log = {
		.name = request->name,
		.lxcpath = request->folder,
		.file = request->log,
		.level = request->level,
		.prefix = "lxc-start",
		.quiet = true,
	};
	/* LXC reports the failure, and not its reason. */
	if (request->log != NULL) {
		int file = open(request->log, O_CREAT | O_WRONLY | O_APPEND | O_CLOEXEC, 0640);
		if (file < 0)
			return EXIT_NO_LOG + errno;
		close(file);
	}
	if (open_log(&log) != 0)
		return EXIT_NO_LOG + errno;
	struct lxc_container *container = new_container(request->name, request->folder);
	if (container == NULL)
		return EXIT_NOT_LOADED;
	/* Without one, LXC would run the host's /sbin/init with the host's files. */
	if (!container->is_defined(container))
		return EXIT_NO_CONFIGURATION;
	if (container->is_running(container))
		return EXIT_SUCCESS;
	for (int index = 0; index < request->count; index++) {
		char *key = request->settings[index], *equals = strchr(key, '=');
		*equals = '\0';
		if (!container->set_config_item(container, key, equals + 1))
			return EXIT_FAILURE;
	}
	/* The files of this process are not the container's. */
	container->want_close_all_fds(container, true);
	container->want_daemonize(container, true);
	return container->start(container, false, NULL) ? EXIT_SUCCESS : EXIT_FAILURE;
}

/** Shows the words as this process's argument list, as far as there is room. */
static void show(const char *words, size_t size, char *room, size_t room_size) {
	static const char program[] = "lxc-start";
	size_t left = room_size - sizeof program - 1;
	memset(room, 0, room_size);
	memcpy(room, program, sizeof program);
	memcpy(room + sizeof program, words, size < left ? size : left);
}

/** Returns the size of the request with which the bytes begin; 0 if it is not complete. */
static size_t request_size(const char *bytes, size_t size) {
	for (size_t index = 1; index < size; index++)
		if (bytes[index] == '\0' && bytes[index - 1] == '\0')
			return index + 1;
	return 0;
}

/** Returns 0, or the number of the system's error. @param own the namespace to which this process returns. */
static int set_host_name(const char *path, const char *name, int own) {
	int space = open(path, O_RDONLY | O_CLOEXEC);
	if (space < 0)
		return errno;
	int error = setns(space, CLONE_NEWUTS) == 0 && sethostname(name, strlen(name)) == 0 ? 0 : errno;
	close(space);
	/* In another namespace, a start would give that one its name. */
	if (setns(own, CLONE_NEWUTS) != 0)
		_exit(EXIT_FAILURE);
	return error;
}

static void tell_ended(void) {
	int status;
	for (pid_t pid; (pid = waitpid(-1, &status, WNOHANG)) > 0;)
		printf("ended %d %d\n", pid, WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status));
}

/** Forks a process for the request, and writes the line for it. */
static void begin(char *bytes, size_t size, char **words, const sigset_t *signals) {
	/* Otherwise the fork would write its copy of these lines too. */
	fflush(stdout);
	pid_t starter = getpid(), pid = fork();
	if (pid < 0) {
		printf("refused %d\n", errno);
		return;
	}
	if (pid == 0) {
		struct request request = { .level = "ERROR" };
		setpgid(0, 0);
		show(bytes, size, words[0], (size_t)(words[3] + strlen(words[3]) - words[0]));
		/* The daemon looks for starts by their argument list if the starter was killed, and may have looked before. */
		if (getppid() != starter)
			_exit(EXIT_FAILURE);
		sigprocmask(SIG_SETMASK, signals, NULL);
		_exit(parse(bytes, &request) ? start(&request) : EXIT_USAGE);
	}
	/* Also here: the daemon may kill the group before the fork leads it. */
	setpgid(pid, pid);
	printf("started %d\n", pid);
}

/** Returns the namespace of a request that sets a host name; NULL for one that starts a container. */
static const char *namespace_in(const char *request) {
	static const char word[] = "hostname";
	return strcmp(request, word) == 0 ? request + sizeof word : NULL;
}

int main(int count, char **words) {
	static char bytes[MOST_REQUEST_BYTES];
	size_t size = 0;
	sigset_t before, child;
	if (count != 4 || strlen(words[3]) < LEAST_ROOM)
		return EXIT_USAGE;
	/* A start that was requested by a daemon that is gone would surprise the next one. */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != atoi(words[2]))
		return EXIT_SUCCESS;
	int own = open("/proc/self/ns/uts", O_RDONLY | O_CLOEXEC);
	if (own < 0 || !load_library())
		return EXIT_UNAVAILABLE;
	sigemptyset(&child);
	sigaddset(&child, SIGCHLD);
	sigprocmask(SIG_BLOCK, &child, &before);
	struct pollfd files[] = {
		{ .fd = STDIN_FILENO, .events = POLLIN },
		{ .fd = signalfd(-1, &child, SFD_CLOEXEC | SFD_NONBLOCK), .events = POLLIN },
	};
	setvbuf(stdout, NULL, _IOFBF, BUFSIZ);
	puts("ready");
	while (fflush(stdout) == 0 && poll(files, 2, -1) >= 0) {
		struct signalfd_siginfo signal;
		while (read(files[1].fd, &signal, sizeof signal) > 0)
			tell_ended();
		if (files[0].revents == 0)
			continue;
		ssize_t added = read(STDIN_FILENO, bytes + size, sizeof bytes - size);
		if (added <= 0)
			break;
		size += (size_t)added;
		for (size_t first; (first = request_size(bytes, size)) > 0;) {
			const char *space = namespace_in(bytes);
			if (space == NULL)
				begin(bytes, first, words, &before);
			else
				printf("named %d\n", set_host_name(space, space + strlen(space) + 1, own));
			memmove(bytes, bytes + first, size -= first);
		}
	}
	return EXIT_SUCCESS;
}
