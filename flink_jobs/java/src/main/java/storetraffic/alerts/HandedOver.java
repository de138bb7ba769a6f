package storetraffic.alerts;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.types.Row;

/** Streams on their way from SQL to the program that submits the job, in that program's process. */
public final class HandedOver {

    private static final Map<String, DataStream<Row>> STREAMS = new ConcurrentHashMap<>();

    static void give(String name, DataStream<Row> stream) {
        STREAMS.put(name, stream);
    }

    /**
     * Takes a stream, once, into the program's environment: while it plans, Flink has one of its own. An {@link
     * IllegalStateException} when nothing was inserted under the name.
     */
    public DataStream<Row> take(String name, StreamExecutionEnvironment environment) {
        DataStream<Row> stream = STREAMS.remove(name);
        if (stream == null) {
            throw new IllegalStateException("hand-over: expected an insertion into the table named " + name + ", came none");
        }
        return new DataStream<>(environment, stream.getTransformation());
    }
}
