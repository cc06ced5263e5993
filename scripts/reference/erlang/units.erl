%% Processes of Erlang asked contend's six questions; docs/adding-a-reference.md has the protocol.
-module(units).
-export([main/1]).

now_ns() -> erlang:monotonic_time(nanosecond).

%% Its clock may be below 0: it counts from where it likes.
base() -> erlang:convert_time_unit(erlang:system_info(start_time), native, nanosecond).

say(Format, Values) -> io:put_chars([io_lib:format(Format, Values), $\n]).

say_list(Name, Values) ->
    say("{\"~s\": [~s]}", [Name, lists:join(", ", [io_lib:format("~.3f", [float(max(0, V))]) || V <- Values])]).

%% Means of Batch calls each, until the time is over; the first quarter warms up.
sample(Limit, Batch, Parts, One) -> sample(now_ns(), Limit, Batch, Parts, One, [], 0).

sample(Start, Limit, Batch, Parts, One, Samples, Count) ->
    case Count >= 5 andalso (now_ns() - Start >= Limit orelse Count >= 300) of
        true -> lists:reverse(Samples);
        false ->
            T0 = now_ns(),
            One(Batch),
            T1 = now_ns(),
            case T1 - Start > Limit div 4 of
                true -> sample(Start, Limit, Batch, Parts, One, [(T1 - T0) / (Batch * Parts) | Samples], Count + 1);
                false -> sample(Start, Limit, Batch, Parts, One, Samples, Count)
            end
    end.

repeat(0, _) -> ok;
repeat(N, One) -> One(), repeat(N - 1, One).

each(Count, Body) ->
    Units = [spawn_monitor(fun() -> Body(I) end) || I <- lists:seq(1, Count)],
    [receive {'DOWN', Ref, process, Pid, _} -> ok end || {Pid, Ref} <- Units],
    ok.

smallest_divisor(N) when N rem 2 =:= 0 -> 2;
smallest_divisor(N) -> smallest_divisor(N, 3).

smallest_divisor(N, D) when D * D > N -> 1;
smallest_divisor(N, D) when N rem D =:= 0 -> D;
smallest_divisor(N, D) -> smallest_divisor(N, D + 2).

startup(Count, Limit, Batch) ->
    say_list("lifecycle_ns", sample(Limit, Batch div Count + 1, Count,
                                    fun(B) -> repeat(B, fun() -> each(Count, fun(_) -> ok end) end) end)),
    case Count of
        1 ->
            Self = self(),
            say_list("startup_ns", [begin
                                        T0 = now_ns(),
                                        spawn(fun() -> Self ! {first, now_ns()} end),
                                        receive {first, T1} -> T1 - T0 end
                                    end || _ <- lists:seq(1, 200)]);
        _ -> ok
    end.

memory(Less, More) ->
    Self = self(),
    Hold = fun(N) ->
                   Units = [spawn(fun() -> Self ! here, receive over -> ok end end) || _ <- lists:seq(1, N)],
                   [receive here -> ok end || _ <- Units],
                   Units
           end,
    Some = Hold(Less),
    ready(Less),
    Others = Hold(More - Less),
    ready(More),
    [Unit ! over || Unit <- Some ++ Others].

%% Standard input is read by the port itself: -noinput leaves it to us.
ready(N) ->
    timer:sleep(10),
    say("{\"ready\": ~b}", [N]),
    Port = case get(input) of
               undefined -> P = open_port({fd, 0, 0}, [in, {line, 16}]), put(input, P), P;
               P -> P
           end,
    receive {Port, {data, _}} -> ok end.

switch(Limit, Batch) ->
    Self = self(),
    Other = spawn(fun() -> bounce(Self) end),
    One = fun() -> Other ! turn, receive turn -> ok end end,
    say_list("switch_ns", sample(Limit, Batch, 2, fun(B) -> repeat(B, One) end)),
    Other ! over.

bounce(Other) ->
    receive
        turn -> Other ! turn, bounce(Other);
        over -> ok
    end.

future(Limit, Batch) ->
    put(ops, 0),
    put(sum, 0),
    Self = self(),
    One = fun() ->
                  N = get(ops) + 1,
                  put(ops, N),
                  {Pid, Ref} = spawn_monitor(fun() -> Self ! {self(), N} end),
                  receive {Pid, Value} -> put(sum, get(sum) + Value) end,
                  erlang:demonitor(Ref, [flush])
          end,
    say_list("future_ns", sample(Limit, Batch, 1, fun(B) -> repeat(B, One) end)),
    say("{\"ops\": ~b, \"sum\": ~b}", [get(ops), get(sum)]).

compute_until(Begin, Limit, Number, Ops, Sum) ->
    case now_ns() of
        Now when Now - Begin >= Limit -> {Begin, Now, Ops, Sum};
        _ -> compute_until(Begin, Limit, Number, Ops + 1, Sum + smallest_divisor(Number))
    end.

compute(Count, Limit, Number) ->
    Self = self(),
    Units = [spawn(fun() ->
                           receive go -> ok end,
                           Self ! {self(), compute_until(now_ns(), Limit, Number, 0, 0)}
                   end) || _ <- lists:seq(1, Count)],
    [Unit ! go || Unit <- Units],
    Base = base(),
    [receive {Unit, {B, E, Ops, Sum}} -> say("{\"unit\": [~b, ~b, ~b, ~b]}", [B - Base, E - Base, Ops, Sum]) end
     || Unit <- Units].

sleepers(Count, Duration) ->
    Base = base(),
    Ms = (Duration + 999999) div 1000000,
    Woken = counters:new(1, []),
    T0 = now_ns() - Base,
    each(Count, fun(_) -> receive after Ms -> counters:add(Woken, 1, 1) end end),
    say("{\"slept\": [~b, ~b, ~b]}", [T0, now_ns() - Base, counters:get(Woken, 1)]).

late(Start, Limit, Ms, Late) ->
    case length(Late) >= 3 andalso now_ns() - Start >= Limit of
        true -> Late;
        false ->
            T0 = now_ns(),
            receive after Ms -> ok end,
            late(Start, Limit, Ms, [now_ns() - T0 - Ms * 1000000 | Late])
    end.

compute_on(Done) ->
    smallest_divisor(1000003),
    receive {over, To} -> To ! {self(), Done + 1} after 0 -> compute_on(Done + 1) end.

mixed(Count, Limit, Period) ->
    Units = [spawn(fun() -> compute_on(0) end) || _ <- lists:seq(2, Count)],
    say_list("io_latency_ns", late(now_ns(), Limit, Period div 1000000, [])),
    [Unit ! {over, self()} || Unit <- Units],
    Computed = [receive {Unit, Done} -> integer_to_list(Done) end || Unit <- Units],
    say("{\"computed\": [~s]}", [lists:join(", ", Computed)]).

main([Question, _Unit | Words]) ->
    [Count, Limit, More] = [list_to_integer(W) || W <- Words],
    case Question of
        "startup" -> startup(Count, Limit, More);
        "memory" -> memory(Count, More);
        "switch" -> switch(Limit, More);
        "future" -> future(Limit, More);
        "compute" -> compute(Count, Limit, More);
        "sleepers" -> sleepers(Count, Limit);
        "mixed" -> mixed(Count, Limit, More)
    end,
    say("{\"end\": true}", []),
    erlang:halt(0).
